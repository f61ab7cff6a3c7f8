//! What can be wrong with a fleet's `release`.

use nixfleet_release::KeyError;
use nixfleet_release::plan::{ShareError, SpanError, WindowError};
use thiserror::Error;

use crate::faults::Problem;
use crate::text::quote::{quote, shorten};

/// What fields take that are lists of keys.
pub const KEYS: &str = "a list of SSH public keys";

/// What others take.
pub const NAMES: &str = "a list of names of hosts";
pub const TAGS: &str = "a list of tags";
pub const SET: &str = "a set";

#[derive(Debug, Error)]
pub enum ReleaseProblem {
    #[error("{} is {found}, and has to be {wanted}", quote(.field))]
    Type { field: String, found: String, wanted: &'static str },
    #[error("{} has {found} elements, and a release takes {most}", quote(.field))]
    Many { field: String, found: usize, most: usize },
    #[error("{} is not a field of {of}", quote(.name))]
    Unknown { name: String, of: &'static str, nearest: Option<String> },
    #[error("{of} has no `{name}`")]
    Missing { name: &'static str, of: &'static str },
    #[error("{}", key(.0))]
    Key(KeyError),
    #[error("{}", beyond(*.threshold, *.keys))]
    Threshold { threshold: i64, keys: usize },
    #[error("{} is no place that hosts read releases from", quote(.0))]
    Source(String),
    #[error("{} is no public key of a cache", quote(.0))]
    CacheKey(String),
    #[error("this is the secret key of a cache, and whoever reads the fleet can sign with it")]
    CacheSecret,
    #[error("{} is no number of hosts", .0)]
    Share(String),
    #[error("{} is no length of time: {}", quote(.given), .error)]
    Span { given: String, error: SpanError },
    #[error("{} is no window: {}", quote(.given), .error)]
    Window { given: String, error: WindowError },
    #[error("{} is not a time zone of the tz database", quote(.given))]
    Zone { given: String, nearest: Option<&'static str> },
    #[error("no host has the tag {}", quote(.given))]
    Tag { given: String, nearest: Option<String> },
    #[error("the fleet has no host {}", quote(.given))]
    Host { given: String, nearest: Option<String> },
    #[error("the wave {} has no hosts", quote(.0))]
    Empty(String),
    #[error("the wave {} needs {need}, and has {}", quote(.wave), hosts(*.has))]
    Need { wave: String, need: usize, has: usize },
    #[error("two waves are called {}", quote(.0))]
    TwoOfAName(String),
    #[error("{} in no wave, so no release reaches {}", are(.0), it(.0))]
    NoWave(Vec<String>),
    #[error("the host {} is in the waves {} and {}", quote(.host), quote(.one), quote(.other))]
    TwoWaves { host: String, one: String, other: String },
    #[error("the host {} has no `hostKey`, and a control plane knows hosts by their keys", quote(.0))]
    NoHostKey(String),
    #[error(
        "the hosts {} and {} have the same `hostKey`, so a control plane takes one for the other",
        quote(.host),
        quote(.other)
    )]
    SameKey { host: String, other: String },
    #[error("`{of}` is of type {}, and a host and its control plane know each other by keys of type `ssh-ed25519`", quote(.kind))]
    KeyType { of: &'static str, kind: String },
}

impl Problem for ReleaseProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::Type { .. } | Self::Many { .. } | Self::Source(_) => "field-type-wrong",
            Self::Unknown { .. } => "argument-unknown",
            Self::Missing { .. } => "release-incomplete",
            Self::Key(KeyError::Private) => "ssh-key-is-private",
            Self::Key(_) => "release-key-invalid",
            Self::Threshold { .. } => "threshold-invalid",
            Self::CacheKey(_) | Self::CacheSecret => "cache-key-invalid",
            Self::Share(_) => "share-invalid",
            Self::Span { .. } => "duration-invalid",
            Self::Window { .. } => "window-invalid",
            Self::Zone { .. } => "time-zone-unknown",
            Self::Tag { .. } => "tag-unknown",
            Self::Host { .. } => "wave-host-unknown",
            Self::Empty(_) => "wave-empty",
            Self::Need { .. } => "wave-need-unmet",
            Self::TwoOfAName(_) => "wave-name-duplicate",
            Self::NoWave(_) => "wave-missing",
            Self::TwoWaves { .. } => "wave-ambiguous",
            Self::NoHostKey(_) => "host-key-missing",
            Self::KeyType { .. } => "host-key-type-wrong",
            Self::SameKey { .. } => "host-key-duplicate",
        }
    }

    fn help(&self) -> String {
        let near = |near: Option<&str>, else_: &str| {
            near.map_or(else_.to_owned(), |it| format!("write {}", quote(it)))
        };
        match self {
            Self::Type { wanted: NAMES, .. } => format!("write {NAMES}: `[ \"web-01\" ]`"),
            Self::Type { wanted: TAGS, .. } => format!("write {TAGS}: `[ \"web\" ]`"),
            Self::Type { wanted: KEYS, .. } => {
                format!("write {KEYS}: `[ \"ssh-ed25519 AAAA… me\" ]`")
            }
            Self::Type { field, wanted: SET, .. } => format!("write {SET}: {}", set(field)),
            Self::Type { wanted, .. } => format!("write {wanted}"),
            Self::SameKey { .. } => "write the line of each host's own \
                                     `/etc/ssh/ssh_host_ed25519_key.pub`"
                .to_owned(),
            Self::Many { most, .. } => format!("write no more than {most}"),
            Self::Unknown { nearest, .. } | Self::Host { nearest, .. } => {
                near(nearest.as_deref(), "remove it")
            }
            Self::Missing { name, .. } => format!("write {}", example(name)),
            Self::Key(KeyError::Private) => {
                "make a new key, since this one is known now, and write the line of its `.pub` file"
                    .to_owned()
            }
            Self::Key(_) => "write the line of a `.pub` file, as `ssh-keygen -t ed25519` or \
                             `-t ed25519-sk` makes it"
                .to_owned(),
            Self::Threshold { keys: 1, .. } => "remove it, or add keys to `keys`".to_owned(),
            Self::Threshold { keys, .. } => format!("write a number from 1 to {keys}"),
            Self::Source(it) if !it.is_empty() && !it.contains("://") => {
                format!("write {}, or the path of a folder from `/` on", quote(&format!("https://{it}")))
            }
            Self::Source(_) => "write the address of a web server, as `https://fleet.example.org`, or the \
                                path of a folder from `/` on"
                .to_owned(),
            Self::CacheKey(_) => "write what `nix key convert-secret-to-public` prints, \
                                  `cache.example.org-1:…=`"
                .to_owned(),
            Self::CacheSecret => "make a new one with `nix key generate-secret`, and write what `nix \
                                  key convert-secret-to-public` makes of it"
                .to_owned(),
            Self::Share(_) => ShareError.to_string(),
            Self::Span { .. } => "write a length of time, as `\"30m\"`".to_owned(),
            Self::Window { .. } => {
                "write days, times and a time zone, as `\"Mon..Fri 02:00-05:00 Europe/Berlin\"`"
                    .to_owned()
            }
            Self::Zone { nearest, .. } => {
                near(*nearest, "write a name of the tz database, as `Europe/Berlin`")
            }
            Self::Tag { nearest, .. } => {
                near(nearest.as_deref(), "give it to a host, as `tags = [ \"web\" ];`, or remove it")
            }
            Self::Empty(_) => {
                "its hosts are those that `hosts` names or that have one of the `tags`, and that no \
                 wave names; remove it, or let it have some"
                    .to_owned()
            }
            Self::Need { has, .. } => {
                format!("write {has} at most, or a part, as `\"90%\"`, or let it have more")
            }
            Self::TwoOfAName(_) => "give each a name of its own".to_owned(),
            Self::NoWave(_) => {
                "end `waves` with one that has neither `hosts` nor `tags`, which takes the rest: \
                 `{ name = \"rest\"; }`"
                    .to_owned()
            }
            Self::TwoWaves { one, .. } => format!(
                "name it in the `hosts` of the one that it belongs to, as of {}, which comes before \
                 any tag",
                quote(one)
            ),
            Self::KeyType { .. } => "write the line of that machine's \
                                     `/etc/ssh/ssh_host_ed25519_key.pub`"
                .to_owned(),
            Self::NoHostKey(_) => "write the line of its `/etc/ssh/ssh_host_ed25519_key.pub`, as \
                                   `ssh-keyscan -t ed25519 HOST` prints it behind the name"
                .to_owned(),
        }
    }

    fn kind_of_text(&self) -> Option<&'static str> {
        match self {
            Self::Key(KeyError::Malformed) => Some("ssh-key-malformed"),
            Self::Key(KeyError::Private) => Some("ssh-key-is-private"),
            // Too short, or DSA: what logs nobody in signs nothing either.
            Self::Key(KeyError::RsaBits(_) | KeyError::Type(_)) => Some("ssh-key-weak"),
            Self::KeyType { .. } | Self::Type { wanted: KEYS, .. } => Some(self.code()),
            _ => None,
        }
    }

    fn lacks(&self) -> Option<&str> {
        match self {
            Self::Missing { name, .. } => Some(name),
            Self::NoHostKey(_) => Some("hostKey"),
            _ => None,
        }
    }

    fn meant(&self) -> Option<&str> {
        match self {
            Self::Unknown { nearest, .. } => nearest.as_deref(),
            _ => None,
        }
    }

    fn is_of_text(&self) -> bool {
        matches!(
            self,
            Self::Key(_)
                | Self::CacheKey(_)
                | Self::CacheSecret
                | Self::KeyType { .. }
                | Self::Zone { .. }
                | Self::Share(_)
        )
    }

    fn is_secret(&self) -> bool {
        matches!(self, Self::Key(KeyError::Private) | Self::CacheSecret)
    }
}

fn key(error: &KeyError) -> String {
    match error {
        KeyError::Private => {
            "it is a private key, and whoever reads the fleet can release".to_owned()
        }
        KeyError::Malformed => "it is no public SSH key".to_owned(),
        KeyError::Type(kind) => format!("a key of type {} signs no release", quote(kind)),
        KeyError::RsaBits(bits) => {
            format!("an RSA key that releases has 2048 to 4096 bits, and this one has {bits}")
        }
    }
}

fn beyond(threshold: i64, keys: usize) -> String {
    match (threshold, keys) {
        (..1, _) => format!("the threshold is `{threshold}`, and it takes at least one key"),
        (_, 1) => format!("the threshold is `{threshold}`, and there is one key"),
        _ => format!("the threshold is `{threshold}`, and there are {keys} different keys"),
    }
}

fn hosts(count: usize) -> String {
    format!("{count} host{}", if count == 1 { "" } else { "s" })
}

fn are(hosts: &[String]) -> String {
    let named: Vec<String> = hosts.iter().take(5).map(|it| shorten(it)).collect();
    match hosts {
        [host] => format!("the host {} is", quote(host)),
        _ if hosts.len() > 5 => {
            format!("the hosts `{}` and {} more are", named.join("`, `"), hosts.len() - 5)
        }
        _ => format!("the hosts `{}` are", named.join("`, `")),
    }
}

fn it(hosts: &[String]) -> &'static str {
    if hosts.len() == 1 { "it" } else { "them" }
}

/// How a set within `release` is written.
fn set(field: &str) -> &'static str {
    match field {
        "caches" => "`{ url = \"https://cache.example.org\"; key = \"cache.example.org-1:…\"; }`",
        "waves" => "`{ name = \"canary\"; hosts = [ \"web-01\" ]; }`",
        "budgets" => "`{ tags = [ \"db\" ]; atMost = 1; }`",
        "controlPlane" => {
            "`{ address = \"fleet.example.org:7250\"; key = \"ssh-ed25519 AAAA…\"; }`"
        }
        _ => "`{ keys = [ … ]; … }`",
    }
}

fn example(name: &str) -> &'static str {
    match name {
        "keys" => "`keys = [ \"ssh-ed25519 AAAA… me\" ];`, the keys of those who may release",
        "url" => "`url = \"https://cache.example.org\";`",
        "key" => "`key = \"…\";`, the public key",
        "address" => "`address = \"fleet.example.org:7250\";`",
        "name" => "`name = \"canary\";`",
        "tags" => "`tags = [ \"db\" ];`",
        _ => "`atMost = 1;`",
    }
}
