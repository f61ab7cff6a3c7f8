//! A fleet that cannot be read as a whole, host by host: what one host's author wrote may end an
//! evaluation, and the others are read all the same.

use std::collections::BTreeMap;

use nixfleet_nix::{Nix, NixError, nix_string};
use serde_json::Value;

use crate::{Flake, Host, Inventory};

/// How often Nix is asked, of which each reads the fleet anew: enough for three hosts of ten thousand.
const QUESTIONS: usize = 100;

/// The fleet without its hosts.
const FLEET: &str = "fleet: fleet // { hosts = { }; }";

/// The hosts of a fleet, and those of one that calls `mkHost` by hand.
const HOSTS: &str = "fleet.hosts";
const BY_HAND: &str = "(builtins.mapAttrs (_: host: host.nixfleet or null) fleet)";

/// A fleet, as far as it can be read.
#[derive(Debug)]
pub struct Piecemeal {
    /// The hosts that can be read, and the fleet's own.
    pub inventory: Inventory,
    /// The others by name, each with why. Some may be missing where there are many.
    pub unreadable: Vec<(String, NixError)>,
}

/// Reads what there is to be read; `None` where it is the fleet itself that fails, and no host.
#[must_use]
pub fn read(nix: &dyn Nix, flake: &Flake) -> Option<Piecemeal> {
    let output = flake.attr(".nixfleet");
    let mut found = Piecemeal { inventory: Inventory::default(), unreadable: Vec::new() };
    match nix.eval_json(&output, Some(FLEET)) {
        Ok(fleet) => {
            found.inventory = Inventory::parse(&fleet, &output).ok()?;
            found.add(nix, output, HOSTS)?;
        }
        Err(error) if error.is_missing_attribute() => {
            found.inventory.by_hand = true;
            for name in ["nixosConfigurations", "darwinConfigurations"] {
                // A flake may have one of them alone.
                let _ = found.add(nix, flake.attr(name), BY_HAND);
            }
        }
        Err(_) => return None,
    }
    found.inventory = found.inventory.without_split_keys();
    (!found.inventory.hosts.is_empty()).then_some(found)
}

impl Piecemeal {
    /// Adds the hosts of an output.
    fn add(&mut self, nix: &dyn Nix, output: String, hosts: &'static str) -> Option<()> {
        let names = format!("fleet: builtins.attrNames {hosts}");
        let names = nix.eval(&output, Some(&names)).ok()?;
        let names: Vec<String> = serde_json::from_value(names).ok()?;
        let mut asked = Asked {
            nix,
            output,
            of: hosts,
            questions: QUESTIONS,
            hosts: BTreeMap::new(),
            bad: vec![],
        };
        asked.of(&names, true);
        for name in names {
            if let Some(host) = asked.hosts.remove(&name) {
                self.inventory.hosts.insert(name, host);
            }
        }
        self.unreadable.append(&mut asked.bad);
        Some(())
    }
}

struct Asked<'a> {
    nix: &'a dyn Nix,
    output: String,
    /// The expression of the hosts.
    of: &'static str,
    /// How often Nix may still be asked.
    questions: usize,
    hosts: BTreeMap<String, Host>,
    bad: Vec<(String, NixError)>,
}

impl Asked<'_> {
    /// Asks for hosts at once, each by `tryEval`, which holds what an author throws or asserts. What it
    /// does not hold is looked for by halves.
    fn of(&mut self, names: &[String], all: bool) {
        const EACH: &str = "(_: host: let it = builtins.tryEval (builtins.deepSeq host host); \
                            in if it.success then it.value else null)";
        match (self.ask((!all).then_some(names), EACH), names) {
            (Ok(hosts), _) => {
                for (name, host) in hosts {
                    match serde_json::from_value::<Option<Host>>(host) {
                        Ok(Some(host)) => drop(self.hosts.insert(name, host)),
                        _ => self.why(name),
                    }
                }
            }
            (Err(Some(error)), [name]) => self.bad.push((name.clone(), error)),
            (Err(Some(_)), [_, _, ..]) => {
                let (one, two) = names.split_at(names.len() / 2);
                self.of(one, false);
                self.of(two, false);
            }
            _ => {}
        }
    }

    /// Asks a host as it is for the words that `tryEval` keeps to itself.
    fn why(&mut self, name: String) {
        if let Err(Some(error)) = self.ask(Some(std::slice::from_ref(&name)), "(_: host: host)") {
            self.bad.push((name, error));
        }
    }

    /// What a function makes of some hosts, or of all; `None` where enough has been asked.
    fn ask(
        &mut self,
        names: Option<&[String]>,
        each: &str,
    ) -> Result<BTreeMap<String, Value>, Option<NixError>> {
        self.questions = self.questions.checked_sub(1).ok_or(None)?;
        // The names of all might be more than an argument of a program can hold.
        let hosts = names.map_or(self.of.to_owned(), |names| {
            let names: Vec<String> = names.iter().map(|it| nix_string(it)).collect();
            format!(
                "(builtins.listToAttrs (map (name: {{ inherit name; value = {}.${{name}}; }}) \
                 [ {} ]))",
                self.of,
                names.join(" ")
            )
        });
        let apply = format!("fleet: builtins.mapAttrs {each} {hosts}");
        let value = self.nix.eval(&self.output, Some(&apply)).map_err(Some)?;
        serde_json::from_value(value).map_err(|_| None)
    }
}

#[cfg(test)]
mod tests {
    use nixfleet_nix::{Closures, StorePath};

    use super::*;

    /// Hosts by name: sound, one that throws, and one that ends the evaluation whatever holds it.
    struct Hosts(Vec<(String, char)>);

    impl Nix for Hosts {
        fn eval_json(&self, _: &str, apply: Option<&str>) -> Result<Vec<u8>, NixError> {
            let apply = apply.unwrap();
            if apply == FLEET {
                return Ok(br#"{ "apiVersion": 1, "hosts": {} }"#.to_vec());
            }
            let names: Vec<&String> = self.0.iter().map(|(name, _)| name).collect();
            if apply.contains("attrNames") {
                return Ok(serde_json::to_vec(&names).unwrap());
            }
            let is_asked = |name: &str| {
                apply.ends_with(" fleet.hosts") || apply.contains(&format!("\"{name}\""))
            };
            let asked: Vec<_> = self.0.iter().filter(|(name, _)| is_asked(name)).collect();
            let holds = apply.contains("tryEval");
            if let Some((name, _)) =
                asked.iter().find(|(_, kind)| *kind == 'u' || *kind == 't' && !holds)
            {
                let stderr = format!("error: of {name}");
                return Err(NixError::failed("nix".to_owned(), Some(1), stderr));
            }
            let value = |kind: char| match kind {
                't' => Value::Null,
                _ => serde_json::json!({ "platform": "x86_64-linux" }),
            };
            let hosts: BTreeMap<_, _> =
                asked.into_iter().map(|(name, kind)| (name, value(*kind))).collect();
            Ok(serde_json::to_vec(&hosts).unwrap())
        }

        fn build(&self, _: &[String]) -> Result<Vec<StorePath>, NixError> {
            unreachable!()
        }

        fn closures(&self, _: Option<&str>, _: &[StorePath]) -> Result<Closures, NixError> {
            unreachable!()
        }

        fn reach(&self, _: &str) -> Result<(), NixError> {
            unreachable!()
        }

        fn copy(&self, _: &str, _: &[StorePath]) -> Result<(), NixError> {
            unreachable!()
        }
    }

    fn read(kinds: impl Iterator<Item = char>) -> Option<(usize, Vec<String>)> {
        let hosts = kinds.enumerate().map(|(index, kind)| (format!("h{index}"), kind)).collect();
        let found = super::read(&Hosts(hosts), &Flake::new("."))?;
        let why = found.unreadable.iter().map(|(name, error)| format!("{name}: {error}"));
        Some((found.inventory.hosts.len(), why.collect()))
    }

    #[test]
    fn each_host_that_fails_says_why_and_leaves_the_others() {
        let (sound, mut why) = read("stsus".chars()).unwrap();
        why.sort();
        assert_eq!((sound, why), (3, vec!["h1: of h1".to_owned(), "h3: of h3".to_owned()]));
    }

    #[test]
    fn one_of_hundreds_is_found_within_the_questions() {
        let (sound, why) = read((0..500).map(|i| if i == 321 { 'u' } else { 's' })).unwrap();
        assert_eq!((sound, why.len()), (499, 1));
    }

    #[test]
    fn a_fleet_without_a_host_that_can_be_read_is_none() {
        assert!(read("tu".chars()).is_none());
        assert!(read("".chars()).is_none());
    }
}
