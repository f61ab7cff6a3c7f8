//! Reads and verifies a release and one host's entry of it, as the agent does: what `checks/bench` measures.
//!
//! `take URL FLEET HOST THRESHOLD KEY…`

use std::process::ExitCode;

use nixfleet_agent::found::Found;
use nixfleet_agent::source::Source;
use nixfleet_release::{
    ENTRY_BYTES, HEAD_BYTES, HEAD_FILE, Key, SIGNATURES_BYTES, SIGNATURES_FILE, Signers, Trust,
    entry_file,
};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match taken(&arguments) {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn taken(arguments: &[String]) -> Result<String, String> {
    let [url, fleet, host, threshold, keys @ ..] = arguments else {
        return Err("take URL FLEET HOST THRESHOLD KEY…".into());
    };
    let keys: Result<Vec<Key>, _> = keys.iter().map(|it| it.parse()).collect();
    let signers = Signers {
        keys: keys.map_err(|error| error.to_string())?,
        threshold: threshold.parse().map_err(|_| format!("`{threshold}` is no number"))?,
    };
    let source = Source::read(url)?;
    let file = |name: &str, limit: usize| match source.fetch(name, limit, None)? {
        Found::Bytes { bytes, .. } => Ok(bytes),
        Found::Unchanged => Err("nothing was known, and nothing has changed".to_owned()),
    };
    let head = file(HEAD_FILE, HEAD_BYTES)?;
    let signatures = file(SIGNATURES_FILE, SIGNATURES_BYTES)?;
    let trust = Trust { fleet: fleet.clone(), signers, floor: 0, seen: None };
    let admitted = trust.admit(head, &signatures, &[]).map_err(|error| error.to_string())?;
    let entry = file(&entry_file(host), ENTRY_BYTES)?;
    let entry = admitted.entry(host, &[], entry).map_err(|error| error.to_string())?;
    Ok(format!("release {} is good: {}", admitted.head().value().sequence, entry.value().system))
}
