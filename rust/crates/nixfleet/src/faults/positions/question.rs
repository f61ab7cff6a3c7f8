//! The question to Nix where fields are written.

use std::sync::Arc;

use nixfleet_inventory::Flake;
use nixfleet_nix::{Nix, Position, nix_string};
use serde::Deserialize;

use crate::faults::Fault;
use crate::faults::source::Sources;

/// What is asked of Nix: the places of hosts in one of the flake's outputs.
pub struct Question<'a> {
    pub nix: &'a dyn Nix,
    pub flake: &'a Flake,
    pub output: &'a str,
}

impl Question<'_> {
    /// Gives the faults their positions. A column costs Nix another reading of the file, and most
    /// show in their line: Nix is asked for those alone that do not.
    pub fn ask(&self, sources: &mut Sources, faults: &mut [Fault], indices: &[usize]) {
        let mut hidden = Vec::new();
        for (index, place) in self.places(faults, indices, Wanted::Line) {
            let fault = &mut faults[index];
            let name = place.name(fault.host().unwrap_or_default());
            let line = usize::try_from(place.line.saturating_sub(1)).unwrap_or(usize::MAX);
            let text = sources.text(&place.file).and_then(|text| text.line(line));
            match place.column.or_else(|| column_of(name, text?)) {
                Some(column) => fault.position = Some(place.at(column)),
                None => hidden.push(index),
            }
        }
        for (index, place) in self.places(faults, &hidden, Wanted::LineAndColumn) {
            faults[index].position = place.column.map(|column| place.at(column));
        }
    }

    /// The faults' places as far as Nix knows them.
    fn places(&self, faults: &[Fault], indices: &[usize], wanted: Wanted) -> Vec<(usize, Place)> {
        if indices.is_empty() {
            return Vec::new();
        }
        let asked: Vec<&Fault> = indices.iter().map(|it| &faults[*it]).collect();
        let json = self.nix.eval_json(&self.flake.attr(self.output), Some(&query(&asked, wanted)));
        let places: Vec<Option<Place>> =
            json.ok().and_then(|it| serde_json::from_slice(&it).ok()).unwrap_or_default();
        let known = indices.iter().copied().zip(places);
        known.filter_map(|(index, place)| Some((index, place?))).collect()
    }
}

#[derive(Clone, Copy)]
enum Wanted {
    Line,
    LineAndColumn,
}

/// A place as Nix tells it.
#[derive(Deserialize)]
struct Place {
    /// The field that is written there: the one at fault, or one around it.
    field: String,
    file: Arc<str>,
    line: u32,
    column: Option<u32>,
}

impl Place {
    /// The name of the attribute that is written there.
    fn name<'a>(&'a self, host: &'a str) -> &'a str {
        match self.field.rsplit('.').next() {
            None | Some("") => host,
            Some(name) => name,
        }
    }

    fn at(&self, column: u32) -> Position {
        Position { file: self.file.clone(), line: self.line, column }
    }
}

/// The column, in bytes, of the attribute path that a line begins with, if it ends in that name:
/// Nix takes the beginning of the path for the place of each of its attributes. None where the line
/// may bind the name once more.
fn column_of(name: &str, line: &str) -> Option<u32> {
    let path = line.trim_start();
    let end = path.find(|c: char| c.is_whitespace() || c == '=')?;
    let is_bound = path[end..].trim_start().starts_with('=');
    let last = path[..end].rsplit('.').next()?.trim_matches('"');
    let column = u32::try_from(line.len() - path.len() + 1).ok()?;
    let is_alone = line.matches(name).count() == 1;
    (is_bound && is_alone && last == name).then_some(column)
}

/// A function from hosts to the positions of the faults' fields, each the nearest that there is.
fn query(faults: &[&Fault], wanted: Wanted) -> String {
    let column = match wanted {
        Wanted::Line => "null",
        Wanted::LineAndColumn => "at.column",
    };
    let entry = |fault: &&Fault| {
        let fields: Vec<String> = enclosing(&fault.field).into_iter().map(nix_string).collect();
        let host = nix_string(fault.host().unwrap_or_default());
        format!("(find {host} [ {} ])", fields.join(" "))
    };
    let entries: Vec<String> = faults.iter().map(entry).collect();
    format!(
        "hosts: let find = host: fields: let all = hosts.${{host}}.nixfleet.positions; \
         known = builtins.filter (field: all ? ${{field}}) fields; \
         field = builtins.head known; at = all.${{field}}; \
         found = builtins.tryEval (if known == [ ] || at == null then null \
         else {{ inherit field; inherit (at) file line; column = {column}; }}); \
         in if found.success then found.value else null; in [ {} ]",
        entries.join(" ")
    )
}

/// The field, then those around it, then the host.
fn enclosing(field: &str) -> Vec<&str> {
    let ends = field.match_indices('.').map(|(at, _)| at).rev();
    let mut fields = vec![field];
    fields.extend(ends.map(|at| &field[..at]));
    fields.push("");
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_looked_for_from_the_inside_out() {
        assert_eq!(enclosing("a.b.c"), ["a.b.c", "a.b", "a", ""]);
        assert_eq!(enclosing("a"), ["a", ""]);
    }

    #[test]
    fn a_column_is_that_of_the_path_that_the_line_begins_with() {
        assert_eq!(column_of("timeZone", "  timeZone = \"x\";"), Some(3));
        assert_eq!(column_of("timeZone", "\thostSpec.timeZone=x;"), Some(2));
        assert_eq!(column_of("web-01", "\"web-01\" = {"), Some(1));
        for line in [
            "a.timeZone.b = 1;",
            "inherit timeZone;",
            "timeZone = a; b.timeZone = 1;",
            "{ timeZone = 1; }",
            "timeZone",
            "",
        ] {
            assert_eq!(column_of("timeZone", line), None, "{line}");
        }
    }
}
