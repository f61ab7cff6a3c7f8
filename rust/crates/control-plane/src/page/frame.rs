//! What all pages share.

use jiff::Timestamp;
use maud::{DOCTYPE, Markup, html};
use nixfleet_rollout::Standing;

use crate::people::People;

/// The pages that each of them leads to.
const PLACES: [(&str, &str); 3] = [("/", "Rollout"), ("/hosts", "Hosts"), ("/log", "Log")];

/// What is around a page's content.
pub(super) struct Frame {
    fleet: String,
    news: u64,
}

impl Frame {
    /// To be made before its content is: what changes while that is read is news.
    pub(super) fn of(people: &People) -> Self {
        Self { fleet: people.board.fleet().to_owned(), news: people.board.last() }
    }

    /// A page with its title and content; it is one of [`PLACES`], or below the one of that title.
    pub(super) fn around(&self, place: &str, title: &str, content: &Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) " · " (self.fleet) }
                    link rel="icon" type="image/svg+xml" href="/icon.svg";
                    link rel="stylesheet" href="/page.css";
                    script src="/page.js" defer {}
                }
                body data-news=(self.news) {
                    header {
                        a.fleet href="/" { (self.fleet) }
                        nav aria-label="Pages" {
                            @for (address, name) in PLACES {
                                a href=(address) aria-current=[(name == place).then_some("page")] { (name) }
                            }
                        }
                        p.live role="status" {}
                    }
                    main id="main" { (content) }
                }
            }
        }
    }
}

/// A time, readable, and exact for programs.
pub(super) fn time(at: Timestamp) -> Markup {
    html! { time datetime=(at.to_string()) { (at.strftime("%Y-%m-%d %H:%M:%S UTC")) } }
}

/// A sentence that stands by itself. One that begins with a name is [`marked`]: names are what they are.
pub(super) fn prose(sentence: &str) -> Markup {
    let mut letters = sentence.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    marked(&first.chain(letters).collect::<String>())
}

/// A text, what is in backticks as code.
pub(super) fn marked(text: &str) -> Markup {
    html! {
        @for (number, part) in text.split('`').enumerate() {
            @if number % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// Where a host stands, as a label.
pub(super) fn label(standing: Standing) -> Markup {
    html! { span class={ "state " (key(standing)) } { (words(standing)) } }
}

/// Where a host stands, as people say it.
pub(super) fn words(standing: Standing) -> &'static str {
    match standing {
        Standing::Arrived => "arrived",
        Standing::Going => "about to go",
        Standing::OnTheWay => "on the way",
        Standing::Waiting => "waiting",
        Standing::Offline => "offline",
        Standing::Unheard => "not heard yet",
        Standing::Silent => "silent",
        Standing::Failed => "failed",
        Standing::Held => "held",
        Standing::Skipped => "skipped",
    }
}

/// The name that an address has for it.
pub(super) fn key(standing: Standing) -> String {
    let value = serde_json::to_value(standing).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// A text in an address.
pub(super) fn encoded(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|it| if keep(it) { char::from(it).to_string() } else { format!("%{it:02X}") })
        .collect()
}
