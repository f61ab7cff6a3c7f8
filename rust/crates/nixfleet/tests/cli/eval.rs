//! `validate --eval`, by `nix-eval-jobs` and by `nix`.

use std::fs;

use serde_json::Value;

use crate::{Fleet, INVENTORY, text};

/// What a version that has all options says of itself.
const HELP: &str = r#"if [ "$1" = --help ]; then echo "--apply --select"; exit; fi"#;

/// An answer of a host with one warning.
fn answer(warning: &str) -> String {
    format!(r#"{{ "warnings": ["{warning}"], "hasAccess": true }}"#)
}

/// A line as `nix-eval-jobs` writes it.
fn line(attr: &str, content: &str) -> String {
    format!(
        r#"printf '%s\n' '{{"attr":"{attr}","attrPath":["{attr}"],{content},"drvPath":"/nix/store/x.drv"}}'"#
    )
}

fn found(attr: &str, warning: &str) -> String {
    line(attr, &format!(r#""extraValue":{}"#, answer(warning)))
}

/// The messages of the faults, each after its host, and what went to standard error.
fn run(fleet: &Fleet, arguments: &[&str]) -> (Vec<String>, String) {
    let arguments = [&["validate", INVENTORY, "--eval", "--format", "json"], arguments].concat();
    let output = fleet.run(&arguments);
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    let part = |it: &Value, name: &str| it[name].as_str().unwrap().to_owned();
    let faults = report["faults"].as_array().unwrap().iter();
    let shown = faults.map(|it| format!("{}: {}", part(it, "host"), part(it, "message")));
    (shown.collect(), text(&output.stderr))
}

fn by_nix(fleet: &Fleet) {
    fleet.program("nix", &format!("echo '{}'", answer("by nix")));
}

#[test]
fn nix_eval_jobs_is_used_when_present() {
    let fleet = Fleet::new("UTC");
    by_nix(&fleet);
    let expected = r#"
case "$*" in
  *--workers\ 1\ --max-memory-size\ 1024*--flake\ .#nixosConfigurations\ --select*) ;;
  *) exit 9 ;;
esac
case "$*" in *h0\ =\ hosts.\"web-01\"*h1\ =\ hosts.\"web-02\"*--apply*) ;; *) exit 9 ;; esac
[ "$GC_MAXIMUM_HEAP_SIZE" = 2048M ] || exit 9"#;
    let (one, two) = (found("h1", "late"), found("h0", "early"));
    fleet.program("nix-eval-jobs", &[HELP, expected, &one, &two].join("\n"));
    let (faults, said) = run(&fleet, &["--jobs", "1", "--max-memory", "2048"]);
    assert_eq!(faults, ["web-01: early", "web-02: late"]);
    assert_eq!(said, "");
}

#[test]
fn an_error_of_a_host_is_cut_to_its_cause() {
    let fleet = Fleet::new("UTC");
    by_nix(&fleet);
    let error = r#""error":"error:\n       … while calling x\n         at /a.nix:1:2:\n\n       error: no such option""#;
    fleet.program("nix-eval-jobs", &[HELP, &line("h0", error), &found("h1", "fine")].join("\n"));
    let (faults, said) = run(&fleet, &[]);
    assert_eq!(faults, ["web-01: no such option", "web-02: fine"]);
    assert_eq!(said, "");
}

/// What the command line hands on reaches every Nix.
#[test]
fn options_of_nix_reach_it() {
    let fleet = Fleet::new("UTC");
    let given = "--override-input nixpkgs path:/x --option cores 1 --impure";
    let check = format!(
        "case \"$*\" in *'--show-trace {given}'*) ;; *) echo \"error: $*\" >&2; exit 1 ;; esac"
    );
    fleet.program("nix", &format!("{check}\necho '{}'", answer("by nix")));
    fleet.program("nix-eval-jobs", &[HELP, &check, &found("h0", "by jobs")].join("\n"));
    let (faults, said) = run(&fleet, &given.split(' ').collect::<Vec<_>>());
    assert_eq!(faults, ["web-01: by jobs", "web-02: by nix"]);
    assert_eq!(said, "");
}

#[test]
fn one_that_is_too_old_leaves_the_hosts_to_nix() {
    let fleet = Fleet::new("UTC");
    by_nix(&fleet);
    fleet.program("nix-eval-jobs", r#"if [ "$1" = --help ]; then echo "--apply"; fi"#);
    let (faults, said) = run(&fleet, &[]);
    assert_eq!(faults, ["web-01: by nix", "web-02: by nix"]);
    assert!(said.contains("warning: `nix-eval-jobs` is older than 2.31"), "{said}");
}

#[test]
fn one_that_dies_leaves_the_rest_to_nix() {
    let fleet = Fleet::new("UTC");
    by_nix(&fleet);
    let killed = "while reading result for attrPath h1, evaluation worker got killed by SIGKILL";
    let dies = format!("echo 'error: {killed}' >&2; exit 1");
    fleet.program("nix-eval-jobs", &[HELP, &found("h0", "by jobs"), &dies].join("\n"));
    let (faults, said) = run(&fleet, &[]);
    assert_eq!(faults, ["web-01: by jobs", "web-02: by nix"]);
    assert!(said.contains("so `nix` evaluates the hosts that it left: while reading"), "{said}");
    assert!(said.contains("killed by SIGKILL"), "{said}");
    // By a signal of its own, with nothing said.
    fleet.program("nix-eval-jobs", &[HELP, "kill -9 $$"].join("\n"));
    let (faults, said) = run(&fleet, &[]);
    assert_eq!(faults, ["web-01: by nix", "web-02: by nix"]);
    assert!(said.contains("signal: 9"), "{said}");
}

/// Its workers collect no garbage, so the limit may hold a host that `nix` has room for.
#[test]
fn a_host_that_meets_its_limit_of_memory_is_evaluated_by_nix() {
    let fleet = Fleet::new("UTC");
    by_nix(&fleet);
    let short = line("h1", r#""error":"std::bad_alloc""#);
    fleet.program("nix-eval-jobs", &[HELP, &found("h0", "by jobs"), &short].join("\n"));
    let (faults, said) = run(&fleet, &[]);
    assert_eq!(faults, ["web-01: by jobs", "web-02: by nix"]);
    assert!(said.contains("warning: 1 of the hosts took more memory"), "{said}");
}

#[test]
fn what_it_says_of_no_host_is_passed_over() {
    let fleet = Fleet::new("UTC");
    by_nix(&fleet);
    let noise = "echo; echo no JSON; echo '{}'; echo '[1]'";
    let others = [found("h2", "x"), found("web-01", "x"), found("h-1", "x")].join("\n");
    let twice = [found("h0", "first"), found("h0", "second")].join("\n");
    fleet.program("nix-eval-jobs", &[HELP, noise, &others, &twice].join("\n"));
    let (faults, said) = run(&fleet, &[]);
    assert_eq!(faults, ["web-01: first", "web-02: by nix"]);
    assert_eq!(said, "");
}

/// The name of a host reaches Nix as a string, whatever is in it.
#[test]
fn the_name_of_a_host_is_quoted_for_nix() {
    let fleet = Fleet::new("UTC");
    by_nix(&fleet);
    let path = fleet.path().join("inventory.json");
    let inventory = fs::read_to_string(&path).unwrap().replace("\"web-01\": ", r#""a\"b${c}": "#);
    fs::write(&path, inventory).unwrap();
    let expected = r#"case "$*" in *'h0 = hosts."a\"b\${c}";'*) ;; *) exit 9 ;; esac"#;
    fleet.program("nix-eval-jobs", &[HELP, expected, &found("h0", "x")].join("\n"));
    let (_, said) = run(&fleet, &[]);
    assert_eq!(said, "");
}
