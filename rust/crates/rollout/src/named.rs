//! Who is named in a sentence: the first few hosts of each standing, and how many there are. They are
//! noted while hosts are judged, so that no sentence has to look at all hosts again.

use std::fmt;

use crate::sentence::{NAMES, joined};
use crate::standing::Standing;

/// No host.
const NONE: u32 = u32::MAX;

/// Hosts by their numbers: the first few, and how many.
#[derive(Debug, Clone, Copy)]
pub struct Hosts {
    first: [u32; NAMES],
    count: usize,
}

/// The hosts of a wave by where they stand.
#[derive(Debug, Clone, Copy, Default)]
pub struct Roll([Hosts; Standing::ALL.len()]);

/// Hosts by their names: the first few, and how many. Shown, it is a list as sentences have it.
#[derive(Debug, Clone, Default)]
pub struct Named<'a> {
    first: Vec<&'a str>,
    count: usize,
}

impl Default for Hosts {
    fn default() -> Self {
        Self { first: [NONE; NAMES], count: 0 }
    }
}

impl Hosts {
    fn add(&mut self, host: u32) {
        self.count += 1;
        let last = &mut self.first[NAMES - 1];
        if host < *last {
            *last = host;
            self.first.sort_unstable();
        }
    }
}

impl Roll {
    /// A host stands somewhere.
    pub fn add(&mut self, standing: Standing, host: usize) {
        self.0[standing as usize].add(u32::try_from(host).unwrap_or(NONE));
    }

    /// The hosts that stand at one of these.
    pub fn named<'a>(&self, standing: &[Standing], name: impl Fn(usize) -> &'a str) -> Named<'a> {
        let of = standing.iter().map(|it| self.0[*it as usize]);
        let mut first: Vec<u32> = of.clone().flat_map(|it| it.first).collect();
        first.sort_unstable();
        first.truncate(NAMES);
        let first = first.into_iter().filter(|it| *it != NONE);
        Named {
            first: first.map(|it| name(it as usize)).collect(),
            count: of.map(|it| it.count).sum(),
        }
    }
}

impl<'a> Named<'a> {
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub fn len(&self) -> usize {
        self.count
    }

    /// These, and others after them.
    pub fn and(mut self, others: Named<'a>) -> Self {
        self.count += others.count;
        self.first.extend(others.first);
        self.first.truncate(NAMES);
        self
    }
}

impl<'a> FromIterator<&'a str> for Named<'a> {
    fn from_iter<T: IntoIterator<Item = &'a str>>(all: T) -> Self {
        let mut rest = all.into_iter();
        let first: Vec<&str> = rest.by_ref().take(NAMES).collect();
        Self { count: first.len() + rest.count(), first }
    }
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&joined(&self.first, self.count - self.first.len()))
    }
}
