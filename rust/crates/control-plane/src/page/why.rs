//! What failed on a host, in its own words: a line for each thing, and below it what it said.

use maud::{Markup, html};
use nixfleet_rollout::{WHY_INDENT, bounded};

use super::frame::prose;

/// A thing that failed, with what it said.
#[derive(Debug, PartialEq)]
struct Thing {
    what: String,
    said: Vec<String>,
}

/// The things that failed; what a host sends is bounded here too, since hosts lie.
fn things(why: &str) -> Vec<Thing> {
    let mut things: Vec<Thing> = Vec::new();
    for line in bounded(why).lines().filter(|it| !it.trim().is_empty()) {
        match (line.strip_prefix(WHY_INDENT), things.last_mut()) {
            (Some(said), Some(thing)) => thing.said.push(said.to_owned()),
            _ => things.push(Thing { what: line.trim().to_owned(), said: Vec::new() }),
        }
    }
    things
}

/// The same as a list.
pub(super) fn list(why: &str) -> Markup {
    html! {
        ul.why {
            @for thing in things(why) {
                li {
                    (prose(&thing.what))
                    @if !thing.said.is_empty() { pre { (thing.said.join("\n")) } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_unit_said_is_below_it() {
        let why = "unit `a` failed\n  one\n    two\n\nport 80 is closed\n… and 3 lines more";
        let thing = |what: &str, said: &[&str]| Thing {
            what: what.into(),
            said: said.iter().map(|it| (*it).into()).collect(),
        };
        assert_eq!(
            things(why),
            [
                thing("unit `a` failed", &["one", "  two"]),
                thing("port 80 is closed", &[]),
                thing("… and 3 lines more", &[]),
            ]
        );
        assert_eq!(things("  said by nobody"), [thing("said by nobody", &[])]);
    }
}
