//! The next release: built, signed, published.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;

use base64ct::{Base64Unpadded, Encoding};
use nixfleet_inventory::{Host, Inventory};
use nixfleet_nix::{Nix, NixError, StorePath};
use nixfleet_release::Key;

use super::args::Make;
use super::before::{Before, before};
use super::history::History;
use super::make::System;
use super::place::{Part, Place};
use super::plan::Plan;
use super::show::{self, Done};
use super::{Made, build, commit, make, now, of_nix, places, publish, publish_all, sign, trust};
use crate::commands::{failure, fleet, validate};
use crate::error::{Error, Trouble};
use crate::eval_jobs::EvalJobs;
use crate::exit::Exit;
use crate::faults::eval::{MAX_MEMORY, default_jobs};
use crate::faults::source::Tree;
use crate::global::Global;
use crate::interrupt;
use nixfleet_text::output::print;

/// Makes the next release, and says what stands where Ctrl-C ends it.
pub fn make(global: &Global, args: &Make) -> Result<Exit, Error> {
    interrupt::heed();
    let mut number = None;
    made(global, args, &mut number).map_err(|error| {
        if interrupt::is_wanted() { Trouble::Interrupted(number).into() } else { error }
    })
}

/// Everything that could fail for a mistake comes before anything is built.
fn made(global: &Global, args: &Make, number: &mut Option<u64>) -> Result<Exit, Error> {
    let places = places(&args.to)?;
    let after = args.after.iter().map(|it| Place::parse(it)).collect::<Result<Vec<_>, _>>()?;
    let inventory = fleet::inventory(global)?;
    let report = validate::plain(global, &inventory);
    if report.has_errors() {
        print(report.render(global.format));
        return Ok(Exit::Faults);
    }
    let plan = Plan::read(&inventory)?;
    let expires = args.expires.map(|it| now() + it.get());
    let never = plan.never(now(), expires);
    if !never.is_empty() {
        return Err(Trouble::Never(never).into());
    }
    let tree = Tree::new(&fleet::flake(global));
    let revision = commit::revision(tree.repository(), args.allow_dirty)?;
    let history = History::of(&plan.fleet)?;
    let before = before(&history, &after, &places, &plan)?;
    let signers = before.as_ref().map_or(&plan.signers, |it| &it.head.value().signers).clone();
    let mut allowed = plan.signers.keys.clone();
    let is_new = |key: &&Key| allowed.iter().all(|it| it.fingerprint() != key.fingerprint());
    let of_before: Vec<Key> = signers.keys.iter().filter(is_new).cloned().collect();
    allowed.extend(of_before);
    let keys = if args.no_sign { Vec::new() } else { sign::signers(&allowed, &args.keys)? };
    history.begin()?;

    let nix = fleet::nix(global);
    let nix_of_stores = fleet::nix_of_stores(global);
    for store in &args.push {
        nix_of_stores.reach(store).map_err(|error| pushed(store, error))?;
    }
    let systems = match args.rollback_to {
        None => {
            let hosts: Vec<(&str, &Host)> =
                inventory.hosts.iter().map(|(name, host)| (name.as_str(), host)).collect();
            let jobs = args.jobs.map_or_else(|| default_jobs(MAX_MEMORY), usize::from);
            let (flake, arguments) = (fleet::flake(global), global.for_nix());
            let max_memory = MAX_MEMORY;
            let eval_jobs =
                EvalJobs { flake: &flake, workers: jobs, max_memory, arguments: &arguments };
            let built = build::systems(&nix, &eval_jobs, &hosts)?;
            let paths: Vec<StorePath> = built.values().cloned().collect();
            let closures = nix.closures(None, &paths).map_err(of_nix)?;
            let system = |(name, path)| Ok((name, System::built(&path, &closures)?));
            built.into_iter().map(system).collect::<Result<_, Trouble>>()?
        }
        Some(number) => {
            let places: Vec<_> = after.iter().chain(&places).collect();
            let old = older(&history, &places, &plan, number)?;
            systems_of(&inventory, &old, before.as_ref())
        }
    };
    let paths: Vec<StorePath> = systems.values().map(|it| it.path.clone()).collect();
    for store in &args.push {
        nix_of_stores.copy(store, &paths).map_err(|error| pushed(store, error))?;
    }
    let now = now();
    let mut release = make::release(make::Parts {
        inventory: &inventory,
        plan,
        systems,
        before: before.as_ref(),
        revision,
        now,
        expires,
        salt: &salt,
    })?;
    if before.as_ref().is_some_and(|it| it.head.value().hosts == release.head.value().hosts) {
        failure::warn(format!(
            "release {} gives every host what the one before gave it",
            release.number()
        ));
    }
    sign::add(&mut release.signatures, release.head.bytes(), &keys)?;
    if interrupt::is_wanted() {
        return Err(Trouble::Interrupted(None).into());
    }
    let folder = history.add(&release)?;
    *number = Some(release.number());
    let published = publish_all(&release, &places, &signers).inspect_err(|_| {
        failure::warn(format!(
            "release {number} is made, and lies in `{}`: `nixfleet release publish {number} --to PLACE` \
             hands it out",
            folder.display(),
            number = release.number(),
        ));
    })?;
    let done = Done { folder: Some(folder.display().to_string()), published };
    show::release(global, &release, done);
    Ok(Exit::Fine)
}

fn pushed(store: &str, error: NixError) -> Trouble {
    Trouble::Push { store: store.to_owned(), error: Box::new(error) }
}

/// An older release: made here, or at one of the places.
fn older(history: &History, places: &[&Place], plan: &Plan, number: u64) -> Result<Made, Error> {
    if history.numbers().contains(&number) {
        return Ok(history.read(number)?);
    }
    for place in places {
        match place.read(Part::Number(number), &[]) {
            Ok(old) => {
                // What a place has is no more than a proposal, so it is judged as a host would.
                let trust = trust(plan, plan.signers.clone());
                publish::judge(&old, &trust, old.head.value().created)?;
                return Ok(old);
            }
            Err(Trouble::Empty { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(match places {
        [] => history.unknown(number),
        [place, ..] => Trouble::Empty { place: place.to_string(), number: Some(number) },
    }
    .into())
}

/// The systems of an older release; hosts that it did not have keep what the one before gives them.
fn systems_of(
    inventory: &Inventory,
    old: &Made,
    before: Option<&Before>,
) -> BTreeMap<String, System> {
    let mut systems = BTreeMap::new();
    for name in inventory.hosts.keys() {
        let entry = old.entries.get(name).or_else(|| before?.entries.get(name));
        match entry {
            Some(entry) => {
                systems.insert(name.clone(), System::released(entry.value()));
            }
            None => failure::warn(format!(
                "release {} has no host `{name}`, and it is left out of this one",
                old.number()
            )),
        }
    }
    systems
}

/// 16 random bytes.
fn salt() -> std::io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(Base64Unpadded::encode_string(&bytes))
}
