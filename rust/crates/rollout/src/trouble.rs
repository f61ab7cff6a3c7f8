//! What keeps hosts from their release beside its plan: of four troubles what each is, and what to do. Who
//! shows them, on a terminal or on a page, has the words from here.

use std::fmt::Display;

use nixfleet_nix::visible;

use crate::sentence::joined;

/// The most names of hosts in a sentence.
const NAMES: usize = 10;

/// How a control plane is, as far as it may be in trouble. Of hosts some are named, and the number says how
/// many more there are.
#[derive(Debug, Clone, Default)]
pub struct Health {
    /// Why nothing can be written down.
    pub unwritten: Option<String>,
    /// Hosts that know a newer release than it has.
    pub ahead: (Vec<String>, usize),
    /// Hosts that the release has no key of.
    pub without_key: (Vec<String>, usize),
    /// Hosts whose key several machines have, as [`doubled`] shows each.
    pub doubled: (Vec<String>, usize),
}

/// Which trouble it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TroubleKind {
    /// Nothing can be written down.
    Unwritten,
    /// The newest release was lost.
    Ahead,
    /// Hosts have no key in the release.
    WithoutKey,
    /// Several machines have the same key.
    Doubled,
}

/// A trouble, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Which it is.
    pub kind: TroubleKind,
    /// What it is.
    pub what: String,
    /// What to do.
    pub help: &'static str,
}

impl Health {
    /// What is wrong, the worst first; nothing as a rule.
    #[must_use]
    pub fn troubles(&self) -> Vec<Trouble> {
        let of = |kind, (names, more): &(Vec<String>, usize), what: fn(String) -> String, help| {
            (!names.is_empty()).then(|| Trouble { kind, what: what(listed(names, *more)), help })
        };
        let unwritten = self.unwritten.as_deref().map(Trouble::unwritten);
        let ahead = of(
            TroubleKind::Ahead,
            &self.ahead,
            |it| {
                format!(
                    "a newer release is known at {it}, and lost here, so they are offered nothing"
                )
            },
            "bring it again, `nixfleet release publish N --to control-plane://HOST`",
        );
        let without_key = of(
            TroubleKind::WithoutKey,
            &self.without_key,
            |it| format!("the release has no key of {it}, so they cannot ask"),
            "write `hostKey`, an `ssh-ed25519` one, and release anew",
        );
        let doubled = of(
            TroubleKind::Doubled,
            &self.doubled,
            |it| {
                format!(
                    "several machines ask with the key of {it}: a disk was cloned, or a key was stolen"
                )
            },
            "give one of them a new host key, and release anew",
        );
        [unwritten, ahead, without_key, doubled].into_iter().flatten().collect()
    }
}

impl Trouble {
    /// That nothing can be written down.
    #[must_use]
    pub fn unwritten(why: &str) -> Self {
        Self {
            kind: TroubleKind::Unwritten,
            what: format!("nothing can be written down, so no host is let go: {why}"),
            help: "see the disk of the control plane, and `journalctl -u nixfleet-control-plane`",
        }
    }

    /// All of it in a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("{}; {}", self.what, self.help)
    }
}

/// A host whose key several machines have, and where they are.
#[must_use]
pub fn doubled(host: &str, addresses: impl IntoIterator<Item = impl Display>) -> String {
    let addresses: Vec<String> = addresses.into_iter().map(|it| it.to_string()).collect();
    if addresses.is_empty() {
        return host.to_owned();
    }
    format!("{host} (at {})", addresses.join(" and "))
}

fn listed(names: &[String], more: usize) -> String {
    let some: Vec<_> = names.iter().take(NAMES).map(|it| visible(it)).collect();
    let some: Vec<&str> = some.iter().map(AsRef::as_ref).collect();
    joined(&some, names.len() - some.len() + more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trouble_has_its_words_and_who_is_well_has_none() {
        assert_eq!(Health::default().troubles(), []);
        let some = |name: &str, more| (vec![name.to_owned()], more);
        let health = Health {
            unwritten: Some("the disk is full".into()),
            ahead: some("a", 9_990),
            without_key: some("b\u{1b}", 0),
            doubled: some(&doubled("c", ["10.0.0.1", "10.0.0.2"]), 0),
        };
        let told: Vec<_> = health.troubles().into_iter().map(|it| it.what).collect();
        assert_eq!(
            told,
            [
                "nothing can be written down, so no host is let go: the disk is full",
                "a newer release is known at a and 9990 more, and lost here, so they are offered nothing",
                "the release has no key of b\\u{1b}, so they cannot ask",
                "several machines ask with the key of c (at 10.0.0.1 and 10.0.0.2): a disk was cloned, or a key was stolen",
            ]
        );
    }
}
