//! The release that the next one follows: its number, its keys and its entries are what goes on.

use std::collections::BTreeMap;

use nixfleet_release::{Document, Entry, Head};

use super::history::History;
use super::place::{Part, Place};
use super::plan::Plan;
use super::publish;
use crate::commands::failure;
use crate::error::Error;
use crate::text::page::tell;

/// The release before.
pub struct Before {
    /// Its head.
    pub head: Document<Head>,
    /// Its entries, as far as they can be read.
    pub entries: BTreeMap<String, Document<Entry>>,
}

/// The newest release that is known: made here, or at the places that the next is to follow and goes
/// to. None where there is none anywhere.
///
/// # Errors
/// Where a place can't be asked, or has what is not the fleet's.
pub fn before(
    history: &History,
    after: &[Place],
    to: &[Place],
    plan: &Plan,
) -> Result<Option<Before>, Error> {
    let last = history.last()?;
    let mut known = vec![&plan.signers];
    known.extend(last.as_ref().map(|it| &it.head.value().signers));
    let number = |it: &Document<Head>| it.value().sequence;
    let made_here = last.as_ref().map(|it| number(&it.head));
    let mut newest: Option<(Document<Head>, &Place)> = None;
    for (place, is_to_follow) in
        after.iter().map(|it| (it, true)).chain(to.iter().map(|it| (it, false)))
    {
        let Some((there, signatures)) = place.newest()? else {
            if is_to_follow {
                failure::warn(nothing_at(place, made_here));
            }
            continue;
        };
        if there.value().fleet != plan.fleet {
            return Err(publish::of_other_fleet(place, &there, &plan.fleet).into());
        }
        publish::require_genuine(place, &there, &signatures, &known)?;
        if newest.as_ref().is_none_or(|(newest, _)| number(newest) < number(&there)) {
            newest = Some((there, place));
        }
    }
    Ok(match (newest, last) {
        // Of two of one number the one at a place counts: hosts may have it.
        (Some((head, place)), last) if made_here <= Some(number(&head)) => {
            let same = last.filter(|it| it.head.hash() == head.hash()).map(|it| it.entries);
            let entries = same.unwrap_or_else(|| entries_at(place, &head));
            Some(Before { head, entries })
        }
        (there, Some(last)) => {
            if let Some((head, place)) = there.filter(|(_, place)| after.contains(place)) {
                failure::warn(format!(
                    "`{place}` has release {}, and release {} was made here: the next follows that",
                    number(&head),
                    last.number()
                ));
            }
            Some(Before { head: last.head, entries: last.entries })
        }
        (_, None) => {
            if after.is_empty() && to.is_empty() {
                tell(
                    "no release of the fleet was made on this machine, so this is number 1. Where there is \
                     one already, name its place with `--after`",
                );
            }
            None
        }
    })
}

/// What is said of a place to follow that has nothing: a wrong address looks like it.
fn nothing_at(place: &Place, made_here: Option<u64>) -> String {
    let follows = match made_here {
        Some(number) => format!("the next follows release {number}, which was made here"),
        None => "this is the fleet's first".to_owned(),
    };
    format!("there is no release at `{place}`: {follows}")
}

/// The entries at a place of the release that is there. They only keep what did not change as it is,
/// and give the systems of hosts that another release lacks: without them it is made all the same.
fn entries_at(place: &Place, head: &Document<Head>) -> BTreeMap<String, Document<Entry>> {
    match place.read(Part::Newest, &[]) {
        Ok(release) if release.head.hash() == head.hash() => release.entries,
        _ => BTreeMap::new(),
    }
}
