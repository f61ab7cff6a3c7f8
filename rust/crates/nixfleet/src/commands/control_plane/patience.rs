//! Looking on while a control plane is away: it may be restarted, or the network be gone for a while.

use crate::error::{Error, Plane};
use crate::text::page::tell;

/// Whoever looks on goes on once they have seen something; before that, what is wrong is theirs to mend.
#[derive(Default)]
pub struct Patience {
    has_seen: bool,
    told: Option<String>,
}

impl Patience {
    /// What was seen; nothing while the control plane is away, which is told once.
    ///
    /// # Errors
    /// Where looking again is of no use.
    pub fn seen<T>(&mut self, looked: Result<T, Error>) -> Result<Option<T>, Error> {
        match looked {
            Ok(seen) => {
                *self = Self { has_seen: true, told: None };
                Ok(Some(seen))
            }
            Err(error) if self.has_seen && is_away(&error) => {
                let words = format!("{error}: asking again");
                if self.told.as_ref() != Some(&words) {
                    tell(words.as_str());
                    self.told = Some(words);
                }
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

fn is_away(error: &Error) -> bool {
    let Error::Plane(plane) = error else { return false };
    matches!(plane, Plane::Unreached { .. } | Plane::Slow { .. } | Plane::Garbled { .. })
}
