//! A number of hosts, or a part of them.

use std::fmt;
use std::str::FromStr;

use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// A number of hosts, `3`, or a part of those that are meant, `"25%"`; never none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// So many.
    Count(u32),
    /// So many of a hundred, from 1 to 100.
    Percent(u8),
}

/// A value that is no number of hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("it is a number of hosts, as `2`, or a part of them, as `\"25%\"`, and more than none")]
pub struct ShareError;

impl Share {
    /// How many that are of a number of hosts: never none, and never more than there are; a part is
    /// rounded down, so that a limit holds.
    #[must_use]
    pub fn at_most(self, hosts: usize) -> usize {
        let share = match self {
            Self::Count(count) => count as usize,
            Self::Percent(percent) => hosts.saturating_mul(percent.into()) / 100,
        };
        share.max(1).min(hosts)
    }

    /// How many that are of a number of hosts, where so many are needed: a part is rounded up.
    #[must_use]
    pub fn at_least(self, hosts: usize) -> usize {
        let share = match self {
            Self::Count(count) => count as usize,
            Self::Percent(percent) => hosts.saturating_mul(percent.into()).div_ceil(100),
        };
        share.min(hosts)
    }
}

/// A number, of JSON or Nix.
impl TryFrom<i64> for Share {
    type Error = ShareError;

    fn try_from(count: i64) -> Result<Self, ShareError> {
        match u32::try_from(count) {
            Ok(count) if count > 0 => Ok(Self::Count(count)),
            _ => Err(ShareError),
        }
    }
}

/// A part, `25%`.
impl FromStr for Share {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        let digits = text.strip_suffix('%').ok_or(ShareError)?;
        if digits.is_empty() || digits.len() > 3 || !digits.bytes().all(|it| it.is_ascii_digit()) {
            return Err(ShareError);
        }
        match digits.parse() {
            Ok(percent @ 1..=100) => Ok(Self::Percent(percent)),
            _ => Err(ShareError),
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(count) => to.serialize_u32(*count),
            Self::Percent(_) => to.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Share;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of hosts or a part of them")
            }

            fn visit_i64<E: serde::de::Error>(self, count: i64) -> Result<Share, E> {
                Share::try_from(count).map_err(E::custom)
            }

            fn visit_u64<E: serde::de::Error>(self, count: u64) -> Result<Share, E> {
                i64::try_from(count)
                    .map_err(|_| E::custom(ShareError))
                    .and_then(|it| self.visit_i64(it))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Share, E> {
                text.parse().map_err(E::custom)
            }
        }
        from.deserialize_any(Either).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_rounds_down_and_a_need_up_and_neither_leaves_the_hosts() {
        let quarter: Share = "25%".parse().unwrap();
        assert_eq!([0, 1, 3, 7, 8].map(|hosts| quarter.at_most(hosts)), [0, 1, 1, 1, 2]);
        assert_eq!([0, 1, 3, 7, 8].map(|hosts| quarter.at_least(hosts)), [0, 1, 1, 2, 2]);
        assert_eq!((Share::Count(9).at_most(4), Share::Count(9).at_least(4)), (4, 4));
    }

    #[test]
    fn what_is_no_share_is_refused() {
        for text in ["", "%", "0%", "101%", "25", "+5%", "-5%", "2.5%", " 5%", "999999%"] {
            assert_eq!(text.parse::<Share>(), Err(ShareError), "{text}");
        }
        assert_eq!((Share::try_from(0), Share::try_from(-1)), (Err(ShareError), Err(ShareError)));
    }
}
