//! What `validate` looks for. A file a concern: its problems, and the check that finds them.

mod access;
mod arguments;
mod effect;
mod fields;
mod iso;
mod misnamed;
mod names;
mod network;
mod passwords;
mod platform;
mod region;
mod release;
mod ssh_keys;
mod users;

use nixfleet_inventory::{Host, Inventory};

use crate::faults::{Fault, Problem};

pub use fields::cure as cure_of_field;
pub use ssh_keys::is_placeholder;

/// The checks of one host.
const OF_A_HOST: &[fn(&mut Scope)] = &[
    fields::check,
    names::check,
    platform::check,
    users::check,
    region::check,
    ssh_keys::check,
    passwords::check,
    network::check,
    access::check,
    effect::check,
];

/// The checks of a fleet as a whole.
const OF_A_FLEET: &[fn(&Inventory, &mut Vec<Fault>)] = &[
    names::check_fleet,
    network::check_fleet,
    iso::check_fleet,
    arguments::check_fleet,
    release::check_fleet,
];

/// Every fault that the inventory shows, in no order. `wanted` says which hosts are asked for.
pub fn all(inventory: &Inventory, wanted: &dyn Fn(&str) -> bool) -> Vec<Fault> {
    let (mut faults, mut keys) = (Vec::new(), ssh_keys::Known::default());
    for (name, host) in inventory.hosts.iter().filter(|(name, _)| wanted(name)) {
        let root = inventory.root.as_deref();
        let mut scope = Scope { name, host, root, keys: &mut keys, faults: &mut faults };
        if arguments::check(&mut scope) {
            continue;
        }
        for check in OF_A_HOST {
            check(&mut scope);
        }
    }
    for check in OF_A_FLEET {
        check(inventory, &mut faults);
    }
    misnamed::told_once(&mut faults);
    faults.retain(|fault| fault.hosts.is_empty() || fault.hosts.iter().any(|host| wanted(host)));
    faults
}

/// The host that a check looks at, and where it puts what it finds.
struct Scope<'a> {
    name: &'a str,
    host: &'a Host,
    root: Option<&'a str>,
    keys: &'a mut ssh_keys::Known,
    faults: &'a mut Vec<Fault>,
}

impl<'a> Scope<'a> {
    /// The text of a field; `None` when it is absent, or of a wrong type, which `fields` reports.
    fn text(&self, field: &str) -> Option<&'a str> {
        self.host.text(field).filter(|it| !self.is_path(field, it))
    }

    /// Whether a text is a path of the repository, as Nix hands it on, in a field that is no path.
    fn is_path(&self, field: &str, text: &str) -> bool {
        const PATHS: [&str; 3] = ["secretsPath", "hashedPasswordFile", "rootHashedPasswordFile"];
        let is_of_path = || field.strip_prefix("hostSpec.").is_some_and(|it| PATHS.contains(&it));
        self.in_repository(text).is_some() && !is_of_path()
    }

    /// A path of the repository as its author writes it.
    fn as_written(&self, text: &str) -> String {
        format!("./{}", self.in_repository(text).unwrap_or(text))
    }

    fn in_repository<'b>(&self, text: &'b str) -> Option<&'b str> {
        text.strip_prefix(self.root?)?.strip_prefix('/')
    }

    /// Reports a problem of a field's value.
    fn report(&mut self, field: &str, problem: impl Problem + 'static) {
        let text = self.text(field).map(str::to_owned);
        self.faults.push(of_host(self.name, self.host, field, text, problem));
    }

    /// Reports that a field is missing: at the host, unless it is there without a value.
    fn report_missing(&mut self, field: &str, problem: impl Problem + 'static) {
        let mut fault = of_host(self.name, self.host, field, None, problem);
        if !self.host.positions.as_ref().is_some_and(|it| it.contains_key(field)) {
            fault.position = self.host.position("").cloned();
        }
        self.faults.push(fault);
    }

    /// Reports a problem of a field's name.
    fn report_name(&mut self, field: &str, problem: impl Problem + 'static) {
        self.faults.push(of_host(self.name, self.host, field, None, problem));
    }

    /// Reports a problem of an element of a field that is a list.
    fn report_element(&mut self, field: &str, element: &str, problem: impl Problem + 'static) {
        self.faults.push(of_host(self.name, self.host, field, Some(element.to_owned()), problem));
    }
}

/// A fault of a host.
fn of_host(
    name: &str,
    host: &Host,
    field: &str,
    text: Option<String>,
    problem: impl Problem + 'static,
) -> Fault {
    Fault {
        hosts: vec![name.to_owned()],
        field: field.to_owned(),
        position: host.position(field).cloned(),
        text,
        problem: Box::new(problem),
    }
}

/// A dotted path, then what it lies in.
fn enclosing<'a>(field: &'a str) -> impl Iterator<Item = &'a str> {
    std::iter::successors(Some(field), |field: &&'a str| field.rsplit_once('.').map(|it| it.0))
}

/// A fault of the fleet itself.
fn of_fleet(
    inventory: &Inventory,
    field: &str,
    text: Option<String>,
    problem: impl Problem + 'static,
) -> Fault {
    let positions = inventory.positions.as_ref();
    Fault {
        hosts: Vec::new(),
        field: field.to_owned(),
        position: enclosing(field).find_map(|it| positions?.get(it)).cloned(),
        text,
        problem: Box::new(problem),
    }
}
