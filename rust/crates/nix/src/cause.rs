//! The cause of a failure, found in what Nix wrote to standard error.

mod line;

use crate::{Position, visible};
use line::{hint, input, is_excerpt, is_failed_build, option, place, said, told_in_line};

/// What is kept of a cause: a message may quote a whole file.
const LONGEST: usize = 20;

/// How far Nix indents what follows the first line of an error.
const INDENT: usize = 7;

/// Signs that Nix failed for something outside the fleet: the network, this machine, its store.
/// Nix's own words (`filetransfer.cc`, `error.cc`) and curl's (`curl_easy_strerror`).
const OUTSIDE: [&str; 14] = [
    "Could not resolve host",
    "Couldn't resolve host",
    "Could not connect to server",
    "Couldn't connect to server",
    "Failed to connect to",
    "Failure when receiving data",
    "Timeout was reached",
    "SSL connect error",
    "SSL peer certificate",
    "Problem with the SSL CA cert",
    "unable to download",
    "No space left on device",
    "cannot open connection to remote store",
    "cannot connect to socket",
];

/// The cause of a failure: Nix's last `error:`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cause {
    /// What is wrong, safe to show; it may have several lines.
    pub message: String,
    /// The places that Nix names, the cause's own last.
    pub places: Vec<Position>,
    /// The inputs that Nix was fetching, each by its name or its reference, the innermost last.
    pub inputs: Vec<String>,
    /// The options of modules that were being evaluated, the innermost last.
    pub options: Vec<String>,
    /// What the evaluation said meanwhile, by `builtins.trace`.
    pub said: Vec<String>,
}

impl Cause {
    /// Whether it lies outside of what Nix evaluated: the network, this machine.
    #[must_use]
    pub fn is_outside(&self) -> bool {
        OUTSIDE.iter().any(|sign| self.message.contains(sign))
    }

    /// Finds the cause in what Nix wrote. Nix writes `error:`, then the trace from the outside in,
    /// and the cause as the last `error: …`, followed by its place. When a build fails the cause
    /// comes first, then what could not be built without it.
    #[must_use]
    pub fn find(stderr: &str) -> Self {
        let text = without_escapes(stderr);
        let lines: Vec<&str> = text.lines().collect();
        let is_error = |line: &&str| line.trim_start().starts_with("error:");
        let build = lines.iter().position(is_failed_build);
        let start = build.or_else(|| lines.iter().rposition(is_error)).unwrap_or(0);
        let next = lines.iter().skip(start + 1).position(is_error).map(|it| start + 1 + it);
        let end = build.and(next).unwrap_or(lines.len());
        let mut message: Vec<String> = Vec::new();
        let mut in_excerpt = false;
        for whole in &lines[start..end] {
            let line = whole.trim();
            let line =
                if message.is_empty() { line.trim_start_matches("error:").trim() } else { line };
            // `at file:line:column:` and the lines of source below it are shown in another way.
            in_excerpt = place(line).is_some() || in_excerpt && is_excerpt(line);
            let is_note = line.is_empty() || line.starts_with("(use '--show-trace'");
            if !in_excerpt && !is_note && (build.is_some() || message.len() < LONGEST) {
                let indent = whole.len() - whole.trim_start().len();
                let indent = if message.is_empty() { 0 } else { indent.saturating_sub(INDENT) };
                message.push(format!("{}{}", " ".repeat(indent.min(LONGEST)), visible(line)));
            }
        }
        // Of a builder's log the end tells most, and the command that shows all of it.
        if message.len() > LONGEST {
            message.drain(1..=message.len() - LONGEST);
        }
        if message.first().is_some_and(|it| it.starts_with("infinite recursion")) {
            message.extend(hint(&lines).map(|it| visible(it).into_owned()));
        }
        let mut places: Vec<Position> =
            lines.iter().filter_map(|line| place(line.trim())).collect();
        if let Some((said, place)) = message.first().and_then(|it| told_in_line(it)) {
            places.push(place);
            message[0] = said;
        }
        let all = |find: fn(&str) -> Option<&str>| {
            lines.iter().filter_map(|line| find(line.trim())).map(str::to_owned).collect()
        };
        let message = message.join("\n");
        Self { message, places, inputs: all(input), options: all(option), said: all(said) }
    }

    /// The path in the repository that Nix does not find, relative to the repository's root. Nix up
    /// to 2.27 names the path in the store, later ones the one in the repository.
    #[must_use]
    pub fn missing_file(&self) -> Option<String> {
        let is_missing = ["does not exist", "No such file or directory", "is not tracked by Git"]
            .iter()
            .any(|sign| self.message.contains(sign));
        if !is_missing {
            return None;
        }
        let quoted = self.message.split(['\'', '"']).nth(1)?;
        let path = match quoted.strip_prefix("/nix/store/") {
            Some(below) => below.split_once('/')?.1,
            None if self.message.contains("Git") => quoted,
            None => return None,
        };
        let is_inside = !path.starts_with('/') && path.split('/').all(|part| part != "..");
        is_inside.then(|| path.to_owned())
    }
}

/// The text without the colours that Nix may put in.
fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character != '\u{1b}' {
            plain.push(character);
        } else if rest.next() == Some('[') {
            let _ = rest.find(char::is_ascii_alphabetic);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "warning: Git tree '/f' is dirty\n\
        error:\n       … while calling the 'import' builtin\n         at /nix/store/x-source/flake.nix:4:7:\n            \
        3|     nixfleet =\n            4|       import ./nope.nix;\n             |       ^\n\n       \
        \u{1b}[31;1merror:\u{1b}[0m path '/nix/store/x-source/a/nope.nix' does not exist";

    #[test]
    fn the_cause_of_a_failed_build_is_the_builder_that_failed_first() {
        let log: Vec<String> = (1..=30).map(|it| format!("       > line {it}\n")).collect();
        let cause = Cause::find(&format!(
            "building '/nix/store/x-a.drv'...\n\
             error: builder for '/nix/store/x-a.drv' failed with exit code 1;\n       last 30 log \
             lines:\n{}       For full logs, run:\n         nix log /nix/store/x-a.drv\n\
             error: 1 dependencies of derivation '/nix/store/x-b.drv' failed to build\n\
             error: build of '/nix/store/x-b.drv^out', '/nix/store/x-c.drv^out' failed\n",
            log.concat(),
        ));
        let lines: Vec<&str> = cause.message.lines().collect();
        assert_eq!(lines.len(), LONGEST);
        assert_eq!(lines[0], "builder for '/nix/store/x-a.drv' failed with exit code 1;");
        assert_eq!(
            lines[LONGEST - 3..],
            ["> line 30", "For full logs, run:", "  nix log /nix/store/x-a.drv"]
        );
        let cause = Cause::find(
            "error: Cannot build '/nix/store/x-a.drv'.\n       Reason: builder failed with exit code \
             1.\nerror: Cannot build '/nix/store/x-b.drv'.\n       Reason: 1 dependency failed.",
        );
        assert_eq!(
            cause.message,
            "Cannot build '/nix/store/x-a.drv'.\nReason: builder failed with exit code 1."
        );
    }

    #[test]
    fn the_cause_is_the_last_error() {
        let cause = Cause::find(TRACE);
        assert_eq!(cause.message, "path '/nix/store/x-source/a/nope.nix' does not exist");
        assert_eq!(cause.places.len(), 1);
        assert_eq!((cause.places[0].line, cause.places[0].column), (4, 7));
        assert_eq!(cause.missing_file().as_deref(), Some("a/nope.nix"));
    }

    #[test]
    fn a_place_may_end_the_message() {
        let cause = Cause::find("error: unexpected flake input attribute 'uri', at flake.nix:2:3");
        assert_eq!(cause.message, "unexpected flake input attribute 'uri'");
        assert_eq!((&*cause.places[0].file, cause.places[0].line), ("flake.nix", 2));
        assert_eq!(Cause::find("error: nobody is at home").places, []);
    }

    #[test]
    fn the_hint_of_a_recursion_is_kept() {
        let trace = "error:\n       … while x\n\n       … if you get an infinite recursion here, you \
                     probably reference `config` in `imports`.\n\n       error: infinite recursion \
                     encountered";
        assert_eq!(
            Cause::find(trace).message,
            "infinite recursion encountered\nyou probably reference `config` in `imports`."
        );
        assert_eq!(Cause::find("error: infinite recursion").message, "infinite recursion");
    }

    #[test]
    fn a_proposal_of_nix_is_kept_and_its_excerpt_is_not() {
        let cause = Cause::find(
            "error: attribute 'b' missing\n       at /f.nix:4:7:\n            4|  { }.b;\n             |  ^\n       \
             Did you mean a?",
        );
        assert_eq!(cause.message, "attribute 'b' missing\nDid you mean a?");
        let cause =
            Cause::find("error: no such option\n       - In `f':\n           {\n           }");
        assert_eq!(cause.message, "no such option\n- In `f':\n    {\n    }");
    }

    #[test]
    fn an_input_that_was_being_fetched_is_named() {
        let cause = Cause::find(
            "error:\n       … while updating the flake input 'disko'\n\n       … while fetching the \
             input 'github:a/disko'\n\n       error: unable to download 'https://x'",
        );
        assert_eq!(cause.inputs, ["disko", "github:a/disko"]);
        assert!(cause.is_outside());
    }

    #[test]
    fn what_was_being_evaluated_and_what_that_said_is_kept() {
        let cause = Cause::find(
            "trace: it is so\nerror:\n       … while evaluating the option `a.b':\n\n       … while evaluating \
             definitions from `/x.nix':\n\n       … while evaluating the option `c.\"d e\".f':\n\n       \
             error: attribute 'g' missing",
        );
        assert_eq!(cause.options, ["a.b", "c.\"d e\".f"]);
        assert_eq!(cause.said, ["it is so"]);
    }

    #[test]
    fn newer_words_for_an_untracked_file_are_known() {
        let missing = |text| Cause::find(text).missing_file();
        let newer = "error: Path 'x/y.nix' in the repository \"/repo\" is not tracked by Git.\n\n       \
             To make it visible to Nix, run:\n\n       git -C \"/repo\" add \"x/y.nix\"";
        assert_eq!(missing(newer).as_deref(), Some("x/y.nix"));
        let opening = "error: opening file '/nix/store/x-source/s': No such file or directory";
        assert_eq!(missing(opening).as_deref(), Some("s"));
        assert_eq!(missing("error: getting status of '/tmp/x': No such file or directory"), None);
        assert_eq!(missing("error: path '/nix/store/x-source/../../etc' does not exist"), None);
        assert_eq!(missing("error: undefined variable 'x'"), None);
    }

    #[test]
    fn what_is_no_error_of_nix_is_shown_as_it_is() {
        assert_eq!(Cause::find("").message, "");
        assert_eq!(Cause::find("killed\u{7}").message, "killed\\u{7}");
    }
}
