//! `nixfleet release`: what the hosts are to run, built, signed and handed out.

mod args;
mod before;
mod build;
mod commit;
mod diff;
mod files;
mod history;
mod make;
mod next;
mod place;
mod plan;
mod publish;
mod ready;
mod show;
mod sign;
mod signer;

use std::cell::OnceCell;
use std::path::PathBuf;

use jiff::Timestamp;
use nixfleet_inventory::InventoryError;
use nixfleet_nix::NixError;
use nixfleet_release::{Refusal, Signers, Trust};
use nixfleet_vm::{Clock, SystemClock};

use crate::commands::{failure, fleet};
use crate::error::{Error, Trouble};
use crate::exit::Exit;
use crate::global::Global;
use crate::interrupt;
pub use args::Release;
use args::{Action, Make, Which};
pub use files::Release as Made;
use history::History;
use place::{Part, Place, trouble as trouble_of};
use plan::Plan;
use publish::Outcome;
pub use ready::{Ready, newest, ready};
use show::{Done, Verified};

/// Does what the command line says.
pub fn run(global: &Global, args: &Release) -> Result<Exit, Error> {
    // Of the parser's own rule for this `--flake` would fall foul as well.
    if args.action.is_some() && args.make != Make::default() {
        return Err(Error::BeforeAction);
    }
    match &args.action {
        None => next::make(global, &args.make),
        Some(Action::Show { release, hosts }) => {
            let release = find_of(release.as_deref(), hosts, || fleet_of(global))?;
            show::release(global, &release, Done::default());
            Ok(Exit::Fine)
        }
        Some(Action::Diff { releases }) => compare(global, releases),
        Some(Action::Verify { release, hosts }) => verify(global, release.as_deref(), hosts),
        Some(Action::Sign { release, keys }) => sign_again(global, release.as_deref(), keys),
        Some(Action::Publish { release, to }) => hand_out(global, release.as_deref(), to),
    }
}

fn compare(global: &Global, releases: &[String]) -> Result<Exit, Error> {
    let read = OnceCell::new();
    let fleet = || match read.get() {
        Some(fleet) => Ok(String::clone(fleet)),
        None => fleet_of(global).map(|it| read.get_or_init(|| it).clone()),
    };
    let (old, new) = match releases {
        [] | [_] => {
            let named = releases.first().map(String::as_str);
            let new = find_of(named, &[], fleet)?;
            (one_before(&new, Which::parse(named)?, &History::of(&fleet()?)?)?, new)
        }
        [old, new, ..] => (find_of(Some(old), &[], fleet)?, find_of(Some(new), &[], fleet)?),
    };
    let closures = diff::closures(&fleet::nix(global), &old, &new).map_err(of_nix)?;
    show::difference(global, &diff::difference(&old, &new, &closures));
    Ok(Exit::Fine)
}

/// The release before one, at its own place or made here.
fn one_before(new: &Made, which: Which, history: &History) -> Result<Made, Trouble> {
    let number = new.number();
    if let Which::At(place) = which {
        match place.read(Part::Number(number.saturating_sub(1)), &[]) {
            Err(Trouble::Empty { .. }) => {}
            read => return read,
        }
    }
    let before = history.numbers().into_iter().rev().find(|it| *it < number);
    history.read(before.ok_or(Trouble::NoneBefore(number))?)
}

fn verify(global: &Global, release: Option<&str>, hosts: &[String]) -> Result<Exit, Error> {
    let plan = plan(global)?;
    let release = find_of(release, hosts, || Ok(plan.fleet.clone()))?;
    let trust = trust(&plan, plan.signers.clone());
    let bytes = release.head.bytes().to_vec();
    let admitted = trust.admit(bytes, &release.signatures, &[now()]).map_err(Trouble::from)?;
    let system = |name: &String| {
        release.entries.get(name).map(|it| (name.clone(), it.value().system.to_string()))
    };
    let systems = hosts.iter().filter_map(system).collect();
    show::verified(
        global,
        &Verified {
            sequence: release.number(),
            signed_by: admitted.signed_by().iter().map(ToString::to_string).collect(),
            threshold: plan.signers.threshold,
            hosts: release.entries.len(),
            systems,
        },
    );
    Ok(Exit::Fine)
}

/// Adds a signature to a release that was made here, or lies in a folder.
fn sign_again(global: &Global, release: Option<&str>, keys: &[PathBuf]) -> Result<Exit, Error> {
    let plan = plan(global)?;
    let history = History::of(&plan.fleet)?;
    let folder = match Which::parse(release)? {
        Which::Last => {
            let last = history.numbers().last().copied();
            history.folder(last.ok_or_else(|| Trouble::None(plan.fleet.clone()))?)
        }
        Which::Number(number) => {
            history.read(number)?;
            history.folder(number)
        }
        Which::At(Place::Folder(folder)) => folder,
        Which::At(place) => {
            let problem = "a signature is added to a release in a folder";
            return Err(Trouble::Place { place: place.to_string(), problem }.into());
        }
    };
    let mut release = Made::read(&folder)?;
    let head = release.head.value();
    if head.fleet != plan.fleet {
        let (theirs, ours) = (head.fleet.clone(), plan.fleet);
        return Err(Trouble::from(Refusal::OtherFleet { theirs, ours }).into());
    }
    let allowed: Vec<_> = head.signers.keys.iter().chain(&plan.signers.keys).cloned().collect();
    let keys = sign::anyone(&allowed, keys)?;
    for key in keys.iter().map(sign::Signer::key).filter(|it| !allowed.contains(it)) {
        failure::warn(format!(
            "{key} is not among the keys of release {}: it counts for hosts that trusted it before",
            release.number()
        ));
    }
    let added = sign::add(&mut release.signatures, release.head.bytes(), &keys)?;
    if added.is_empty() {
        let who = keys.iter().map(|it| it.key().to_string()).collect::<Vec<_>>().join(", ");
        failure::warn(format!("{who} had signed release {} before", release.number()));
    } else {
        History::sign(&folder, &release.signatures)?;
    }
    show::release(global, &release, Done::default());
    Ok(Exit::Fine)
}

fn hand_out(global: &Global, release: Option<&str>, to: &[String]) -> Result<Exit, Error> {
    let places = places(to)?;
    let plan = plan(global)?;
    let release = find_of(release, &[], || Ok(plan.fleet.clone()))?;
    if release.head.value().fleet != plan.fleet {
        let (theirs, ours) = (release.head.value().fleet.clone(), plan.fleet);
        return Err(Trouble::from(Refusal::OtherFleet { theirs, ours }).into());
    }
    let published = publish_all(&release, &places, &plan.signers)?;
    show::release(global, &release, Done { folder: None, published });
    Ok(Exit::Fine)
}

fn publish_all(release: &Made, places: &[Place], signers: &Signers) -> Result<Vec<String>, Error> {
    let mut published = Vec::new();
    for place in places {
        let done = if interrupt::is_wanted() {
            Err(Trouble::Interrupted(Some(release.number())))
        } else {
            publish::publish(release, place, signers, now())
        };
        match done {
            Ok(Outcome::Published) => published.push(place.to_string()),
            Ok(Outcome::WasThere) => {
                failure::warn(format!("release {} is at {place} already", release.number()));
            }
            Err(error) => {
                for done in published {
                    failure::warn(format!("release {} is published at {done}", release.number()));
                }
                return Err(error.into());
            }
        }
    }
    Ok(published)
}

/// The release that the command line names, of these hosts alone when any are named: the newest, or by
/// number, of those that were made here for the fleet; or at a place, for which no fleet need be read.
fn find_of(
    release: Option<&str>,
    hosts: &[String],
    fleet: impl FnOnce() -> Result<String, Error>,
) -> Result<Made, Error> {
    match Which::parse(release)? {
        Which::At(place) => Ok(place.read(Part::Newest, hosts)?),
        Which::Number(number) => Ok(History::of(&fleet()?)?.read_of(number, hosts)?),
        Which::Last => {
            let fleet = fleet()?;
            let history = History::of(&fleet)?;
            let last = history.numbers().last().copied().ok_or(Trouble::None(fleet))?;
            Ok(history.read_of(last, hosts)?)
        }
    }
}

fn plan(global: &Global) -> Result<Plan, Error> {
    Ok(Plan::read(&fleet::inventory(global)?)?)
}

fn fleet_of(global: &Global) -> Result<String, Error> {
    Ok(plan(global)?.fleet)
}

fn places(texts: &[String]) -> Result<Vec<Place>, Error> {
    let mut places = Vec::new();
    for text in texts {
        let place = Place::parse(text)?;
        place.takes()?;
        places.push(place);
    }
    Ok(places)
}

fn trust(plan: &Plan, signers: Signers) -> Trust {
    Trust { fleet: plan.fleet.clone(), signers, floor: 0, seen: None }
}

fn of_nix(error: NixError) -> Error {
    InventoryError::Nix(error).into()
}

fn now() -> Timestamp {
    let seconds = i64::try_from(SystemClock::default().date()).unwrap_or_default();
    Timestamp::from_second(seconds).unwrap_or_default()
}
