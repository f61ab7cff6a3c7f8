//! Handing a release out: judged first as a host would judge it that has what the place has.

use jiff::Timestamp;
use nixfleet_release::{
    Document, Head, Key, Refusal, Seen, Signatures, SignaturesError, Signers, Trust,
};

use super::files::Release;
use super::place::Place;
use crate::error::Trouble;

/// What became of a release at a place.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is there now.
    Published,
    /// It was there already, with these signatures.
    WasThere,
}

/// Publishes a release at a place, when hosts that took what is there would take it: signed by
/// enough, later, of the same fleet. A place that has nothing takes it by the fleet's own keys.
pub fn publish(
    release: &Release,
    place: &Place,
    signers: &Signers,
    now: Timestamp,
) -> Result<Outcome, Trouble> {
    place.takes()?;
    let head = release.head.value();
    let newest = place.newest()?;
    let later =
        |there: String| Trouble::Later { place: place.to_string(), there, number: head.sequence };
    let (before, seen) = match &newest {
        Some((there, signatures)) => {
            if there.value().fleet != head.fleet {
                return Err(of_other_fleet(place, there, &head.fleet));
            }
            if head.previous != Some(there.hash()) {
                require_genuine(place, there, signatures, &[signers, &head.signers])?;
            }
            let sequence = there.value().sequence;
            if sequence > head.sequence {
                return Err(later(format!("release {sequence}")));
            }
            if sequence == head.sequence && there.hash() != release.head.hash() {
                return Err(later(format!("another release {sequence}")));
            }
            if there.hash() == release.head.hash() && *signatures == release.signatures {
                return Ok(Outcome::WasThere);
            }
            (there.value().signers.clone(), Some(Seen { sequence, hash: there.hash() }))
        }
        None => (signers.clone(), None),
    };
    let changes_keys = newest.is_some() && before != head.signers;
    let trust = Trust { fleet: head.fleet.clone(), signers: before, floor: 0, seen };
    judge(release, &trust, now)?;
    place.put(release, newest.as_ref(), changes_keys)?;
    Ok(Outcome::Published)
}

/// What is said of a place that another fleet's hosts look at.
pub fn of_other_fleet(place: &Place, there: &Document<Head>, ours: &str) -> Trouble {
    let (place, number) = (place.to_string(), there.value().sequence);
    Trouble::OtherFleet {
        place,
        number,
        theirs: there.value().fleet.clone(),
        ours: ours.to_owned(),
    }
}

/// Refuses what a place has when it is none of the fleet's: whoever can write there could otherwise
/// choose the next number, and use them all up.
///
/// It is the fleet's when enough of keys that are known signed it; or, where the keys are being
/// changed, enough of its own, one that is known among them.
pub fn require_genuine(
    place: &Place,
    head: &Document<Head>,
    signatures: &[u8],
    known: &[&Signers],
) -> Result<(), Trouble> {
    let is_known = |key: &Key| known.iter().any(|it| it.keys.contains(key));
    let is_genuine = Signatures::read(signatures).is_ok_and(|signatures| {
        let agree = |it: &Signers| it.agree(head.bytes(), &signatures);
        known.iter().any(|it| agree(it).is_ok())
            || agree(&head.value().signers).is_ok_and(|it| it.iter().any(is_known))
    });
    if is_genuine {
        return Ok(());
    }
    Err(Trouble::Stranger { place: place.to_string(), number: head.value().sequence })
}

/// Whether hosts with this trust take the release.
pub fn judge(release: &Release, trust: &Trust, now: Timestamp) -> Result<(), Trouble> {
    let few = |it: &dyn std::fmt::Display| Trouble::TooFew {
        number: release.number(),
        why: it.to_string(),
    };
    match trust.admit(release.head.bytes().to_vec(), &release.signatures, &[now]) {
        Ok(_) => Ok(()),
        Err(refusal @ (Refusal::NotSigned(_) | Refusal::NewKeysDisagree(_))) => Err(few(&refusal)),
        Err(Refusal::Signatures(why @ SignaturesError::Nobody)) => Err(few(&why)),
        Err(refusal) => Err(refusal.into()),
    }
}
