//! Which host goes with which wave.

use std::collections::BTreeSet;

/// What chooses a wave's hosts. With neither, those that no other wave has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice<'a> {
    /// Hosts by name.
    pub hosts: Option<BTreeSet<&'a str>>,
    /// Hosts that have one of these tags.
    pub tags: Option<BTreeSet<&'a str>>,
}

impl Choice<'_> {
    fn names(&self, host: &str) -> bool {
        self.hosts.as_ref().is_some_and(|it| it.contains(host))
    }

    fn tags(&self, tags: &[&str]) -> bool {
        self.tags.as_ref().is_some_and(|it| tags.iter().any(|tag| it.contains(tag)))
    }

    fn takes_the_rest(&self) -> bool {
        self.hosts.is_none() && self.tags.is_none()
    }
}

/// The waves that choose a host, by their places: those that name it; else those that have a tag of
/// it; else those for the rest. A good plan has one for every host.
#[must_use]
pub fn choosing(waves: &[Choice], host: &str, tags: &[&str]) -> Vec<usize> {
    let ways: [&dyn Fn(&Choice) -> bool; 3] =
        [&|it| it.names(host), &|it| it.tags(tags), &|it| it.takes_the_rest()];
    let by = |way: &&dyn Fn(&Choice) -> bool| {
        let found = waves.iter().enumerate().filter(|(_, it)| way(it));
        found.map(|(place, _)| place).collect::<Vec<_>>()
    };
    ways.iter().map(by).find(|it| !it.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice<'a>(hosts: &[&'a str], tags: &[&'a str]) -> Choice<'a> {
        let set = |it: &[&'a str]| (!it.is_empty()).then(|| it.iter().copied().collect());
        Choice { hosts: set(hosts), tags: set(tags) }
    }

    #[test]
    fn a_name_is_stronger_than_a_tag_and_a_tag_than_the_rest() {
        let waves = [choice(&[], &[]), choice(&[], &["web"]), choice(&["web-01"], &[])];
        assert_eq!(choosing(&waves, "web-01", &["web"]), [2]);
        assert_eq!(choosing(&waves, "web-02", &["eu", "web"]), [1]);
        assert_eq!(choosing(&waves, "db-01", &["db"]), [0]);
        assert!(choosing(&waves[1..], "db-01", &[]).is_empty());
    }

    #[test]
    fn all_that_choose_alike_are_told() {
        let waves = [choice(&[], &["web"]), choice(&["a"], &["eu"]), choice(&[], &[])];
        assert_eq!(choosing(&waves, "b", &["web", "eu"]), [0, 1]);
        // A list that is empty chooses nobody, and is not for the rest.
        let none = Choice { hosts: Some(BTreeSet::new()), tags: None };
        assert!(choosing(&[none], "b", &[]).is_empty());
    }
}
