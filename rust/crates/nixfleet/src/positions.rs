//! The positions that a large fleet's inventory leaves out: Nix before 2.30 reads a file anew for
//! each line number, so the library tells them host by host then.

use nixfleet_inventory::{Flake, Inventory, Nix, Position};

use crate::fault::Fault;

/// More than this take longer than their reader has patience for.
const MOST: usize = 20;

/// Asks Nix for the positions of faults that have none, as far as hosts know them. What cannot be
/// had stays out: the faults are told all the same.
pub fn add(nix: &dyn Nix, flake: &Flake, inventory: &Inventory, faults: &mut [Fault]) {
    for output in ["nixosConfigurations", "darwinConfigurations"] {
        let lacking: Vec<&mut Fault> = faults
            .iter_mut()
            .filter(|fault| fault.position.is_none())
            .filter(|fault| fault.host().is_some_and(|host| lacks(inventory, host, output)))
            .take(MOST)
            .collect();
        if lacking.is_empty() {
            continue;
        }
        let query = query(&lacking);
        let Ok(json) = nix.eval_json(&flake.attr(output), Some(&query)) else { continue };
        let positions: Vec<Option<Position>> = serde_json::from_slice(&json).unwrap_or_default();
        for (fault, position) in lacking.into_iter().zip(positions) {
            fault.position = position;
        }
    }
}

fn lacks(inventory: &Inventory, host: &str, output: &str) -> bool {
    inventory
        .hosts
        .get(host)
        .is_some_and(|host| host.positions.is_none() && host.output() == output)
}

/// A function from hosts to the positions of the faults' fields, each the nearest that there is.
fn query(faults: &[&mut Fault]) -> String {
    let entry = |fault: &&mut Fault| {
        let fields: Vec<String> = enclosing(&fault.field).into_iter().map(nix_string).collect();
        let host = nix_string(fault.host().unwrap_or_default());
        format!("(find {host} [ {} ])", fields.join(" "))
    };
    let entries: Vec<String> = faults.iter().map(entry).collect();
    format!(
        "hosts: let find = host: fields: let all = hosts.${{host}}.nixfleet.positions; \
         known = builtins.filter (field: all ? ${{field}}) fields; \
         found = builtins.tryEval (if known == [ ] then null else all.${{builtins.head known}}); \
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

/// A text as a string of Nix's language.
pub fn nix_string(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "\\${");
    format!("\"{text}\"")
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
    fn a_name_stays_within_its_string() {
        assert_eq!(nix_string(r#"a"b\${c}"#), r#""a\"b\\\${c}""#);
    }
}
