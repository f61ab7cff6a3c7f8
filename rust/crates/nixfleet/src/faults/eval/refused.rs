//! Where a host names a package that nixpkgs refuses, of which Nix tells no place in a module.

use std::ops::RangeInclusive;

use nixfleet_nix::Position;

use super::cure::{name_of, refused};
use super::own::{HostFiles, Part};
use crate::faults::source::{Expression, Kind, Text, parse, position_of};

/// The place in a host's own files that names the package, as far as there is one alone.
pub fn place(message: &str, own: &HostFiles) -> Option<Position> {
    let package = Package::of(message)?;
    own.texts().iter().find_map(|parts| package.only(parts))
}

/// A package, by what nixpkgs tells of it (`pkgs/stdenv/generic/check-meta.nix`).
struct Package<'a> {
    /// Its name without its version.
    name: &'a str,
    /// The folder that it is described in, `pkgs/by-name/vs/vscode`, which is called as its attribute is.
    folder: Option<&'a str>,
}

impl<'a> Package<'a> {
    fn of(message: &'a str) -> Option<Self> {
        let (whole, place) = refused(message)?;
        let (_, in_names) = place.split_once("/pkgs/by-name/").unzip();
        let folder = in_names.and_then(|it| it.split('/').nth(1));
        Some(Self { name: name_of(whole), folder })
    }

    /// The one place that names it: as it is called, or else by what may be it.
    fn only(&self, parts: &[Part]) -> Option<Position> {
        let named = |is_it: &dyn Fn(&str) -> bool| {
            let places = parts.iter().flat_map(|(file, text, lines)| {
                let at = places(text, lines, is_it).into_iter();
                at.map(|at| position_of(file, text, at)).collect::<Vec<_>>()
            });
            places.collect::<Vec<_>>()
        };
        let mut found = named(&|it| self.is_called(it));
        if found.is_empty() {
            found = named(&|it| self.is_meant_by(it));
        }
        found.pop().filter(|_| found.is_empty())
    }

    fn is_called(&self, name: &str) -> bool {
        self.folder.unwrap_or(self.name) == name
    }

    /// Whether an attribute of that name may be it: `python27` is of `python`, and `requests` of Python's
    /// packages is `python3.13-requests`.
    fn is_meant_by(&self, name: &str) -> bool {
        let is_version =
            |it: &str| it.bytes().all(|it| it.is_ascii_digit() || b"_-.".contains(&it));
        let of_set = self.name.strip_suffix(name).is_some_and(|it| it.ends_with('-'));
        of_set || name.strip_prefix(self.name).is_some_and(is_version)
    }
}

/// Where a text names such a package in these lines: as `pkgs.NAME`, or as NAME behind `with`; or where it
/// switches on what is called so.
fn places(text: &Text, lines: &RangeInclusive<usize>, is_it: &dyn Fn(&str) -> bool) -> Vec<usize> {
    let Ok(all) = parse(text) else { return Vec::new() };
    let is_within = |at: &usize| lines.contains(&(text.line_at(*at) + 1));
    let packages: Vec<usize> =
        all.all().filter_map(|it| package(it, is_it)).filter(is_within).collect();
    if !packages.is_empty() {
        return packages;
    }
    all.all().filter_map(|it| switch(it, is_it)).filter(is_within).collect()
}

fn package(node: Expression, is_it: &dyn Fn(&str) -> bool) -> Option<usize> {
    match node.kind() {
        Kind::Select => {
            let mut parts = node.children();
            let (_, path) = (parts.next()?, parts.next()?);
            let is_option = node.text().starts_with("config.");
            path.children().filter(|_| !is_option).find(|it| it.plain_name().is_some_and(is_it))?;
            Some(node.span().start)
        }
        Kind::Ident if is_it(node.text()) => {
            let mut around = std::iter::successors(node.parent(), |it| it.parent());
            around.any(|it| it.kind() == Kind::With).then(|| node.span().start)
        }
        _ => None,
    }
}

/// `programs.NAME.enable = true;`
fn switch(node: Expression, is_it: &dyn Fn(&str) -> bool) -> Option<usize> {
    let path = node.first().filter(|it| node.kind() == Kind::Binding && it.kind() == Kind::Path)?;
    let mut names = path.children().skip_while(|it| !it.plain_name().is_some_and(is_it));
    let name = names.next()?;
    let is_switch = names.next().is_none_or(|it| it.plain_name() == Some("enable"));
    is_switch.then(|| name.span().start)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The column of the one place, from one.
    fn found(package: &Package, source: &str) -> Option<u32> {
        let part = ("x.nix".into(), Text::new(source.to_owned()).into(), 1..=1);
        package.only(&[part]).map(|it| it.column)
    }

    fn refused(name: &str, file: &str) -> String {
        format!("Refusing to evaluate package '{name}' in /nix/store/x/pkgs/{file}:3 because it x")
    }

    #[test]
    fn a_package_is_known_by_its_folder_or_its_name() {
        let message = refused("netbox-4.4.10", "by-name/ne/netbox_4_4/package.nix");
        let netbox = Package::of(&message).unwrap();
        assert_eq!((netbox.name, netbox.folder), ("netbox", Some("netbox_4_4")));
        assert!(netbox.is_called("netbox_4_4") && !netbox.is_called("netbox"));
        let message = refused("python3.13-requests-2.1", "development/x.nix");
        let requests = Package::of(&message).unwrap();
        assert!(requests.is_meant_by("requests") && !requests.is_meant_by("quests"));
        let message = refused("openssl-1.1.1w", "development/x.nix");
        let openssl = Package::of(&message).unwrap();
        assert!(openssl.is_meant_by("openssl_1_1") && !openssl.is_meant_by("openssl_legacy"));
        assert!(Package::of("attribute 'a' missing").is_none());
    }

    #[test]
    fn it_is_found_where_it_is_used_or_switched_on() {
        let vscode = Package { name: "vscode", folder: Some("vscode") };
        assert_eq!(found(&vscode, "{ pkgs, ... }: { a = [ pkgs.vscode ]; }"), Some(24));
        assert_eq!(found(&vscode, "{ pkgs, ... }: { a = with pkgs; [ vscode ]; }"), Some(35));
        assert_eq!(found(&vscode, "{ programs.vscode.enable = true; }"), Some(12));
        assert_eq!(found(&vscode, "{ programs.vscode = { enable = true; a = 1; }; }"), Some(12));
        assert_eq!(found(&vscode, "{ programs.vscode.port = 1; a = \"vscode\"; }"), None);
        assert_eq!(found(&vscode, "{ a = config.programs.vscode.package; }"), None);
        assert_eq!(found(&vscode, "{ a = pkgs.vscode; programs.vscode.package = a; }"), Some(7));
        let python = Package { name: "python", folder: None };
        assert_eq!(found(&python, "{ a = [ pkgs.python27 pkgs.pythonTools ]; }"), Some(9));
    }
}
