//! What a shared value reaches.

use nixfleet_text::Lines;

use super::Located;
use crate::text::quote::{shorten, shorten_name};

/// How many hosts a message names.
const NAMED: usize = 3;

impl Located {
    /// Which fields and hosts the value reaches, when it is more than one.
    pub fn reach(&self) -> Option<Lines> {
        if self.also.is_empty() {
            return (self.fault.hosts.len() > 1)
                .then(|| format!("this reaches {}", hosts(&self.fault.hosts)).into());
        }
        let field = |fault: &crate::faults::Fault| {
            let field = format!("`{}`", shorten(&fault.field));
            match fault.hosts.as_slice() {
                [] => field,
                [host] => format!("{field} of {}", name_of(host)),
                all => format!("{field} of {}", hosts(all)),
            }
        };
        let fields: Vec<String> = self.all().map(field).collect();
        let too = match &self.elsewhere[..] {
            [] => String::new(),
            places => format!("; it stands at {} too", places.join(" and ")),
        };
        Some(format!("this reaches {}{too}", fields.join(" and ")).into())
    }
}

fn hosts(all: &[String]) -> String {
    let names: Vec<_> = all.iter().take(NAMED).map(|name| name_of(name)).collect();
    let more = all.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{} hosts: {}{more}", all.len(), names.join(", "))
}

/// A host's name as a message shows it.
pub fn name_of(host: &str) -> String {
    if host.is_empty() { "(a host without a name)".to_owned() } else { shorten_name(host) }
}
