//! What a line is of those that Nix writes to standard error.

use crate::Position;

/// What nixpkgs says in its traces of a recursion that `imports` make (`lib/modules.nix`).
pub fn hint<'a>(lines: &[&'a str]) -> Option<&'a str> {
    let start = "… if you get an infinite recursion here, ";
    lines.iter().rev().find_map(|line| line.trim().strip_prefix(start))
}

/// `error: builder for '/nix/store/….drv' failed with exit code 1;`, and since Nix 2.31
/// `error: Cannot build '/nix/store/….drv'.`
pub fn is_failed_build(line: &&str) -> bool {
    ["error: builder for '", "error: Cannot build '"].iter().any(|it| line.starts_with(it))
}

/// `at /nix/store/…/flake.nix:3:5:`
pub fn place(line: &str) -> Option<Position> {
    let mut parts = line.strip_prefix("at ")?.strip_suffix(':')?.rsplitn(3, ':');
    let column = parts.next()?.parse().ok()?;
    let line = parts.next()?.parse().ok()?;
    let file = parts.next()?;
    Some(Position { file: file.into(), line, column })
}

/// `… while updating the flake input 'disko'` and `… while fetching the input 'github:…'` (Nix,
/// `flake.cc` and `fetchers.cc`).
pub fn input(line: &str) -> Option<&str> {
    let starts = ["… while updating the flake input '", "… while fetching the input '"];
    starts.iter().find_map(|it| line.strip_prefix(it))?.strip_suffix('\'')
}

/// ``… while evaluating the option `a.b':`` (nixpkgs, `lib/modules.nix`).
pub fn option(line: &str) -> Option<&str> {
    line.strip_prefix("… while evaluating the option `")?.strip_suffix("':")
}

/// `trace: …`
pub fn said(line: &str) -> Option<&str> {
    line.strip_prefix("trace: ")
}

/// `expected a set but got a list at flake.nix:2:3`, as of a flake's own attributes
/// (`libflake/flake.cc`).
pub fn told_in_line(line: &str) -> Option<(String, Position)> {
    let start = line.rfind(" at ")?;
    let place = place(&format!("{}:", &line[start + 1..]))?;
    Some((line[..start].trim_end_matches(',').to_owned(), place))
}

/// `   3|   code` or `    |   ^`
pub fn is_excerpt(line: &str) -> bool {
    line.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with('|')
}
