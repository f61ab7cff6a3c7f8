//! The modules that mkHost brings along, when a host imports another copy of one.

/// Which of them it is, in what Nix says.
pub fn twice(message: &str) -> Option<&'static str> {
    let declared = message.split_once("The option `")?.1;
    // disko hands its library to modules before it declares anything. Any other option that is
    // defined twice is the user's own matter.
    if message.contains("expected to be unique") {
        return declared.starts_with("_module.args.diskoLib'").then_some("disko");
    }
    if !message.contains("is already declared in") {
        return None;
    }
    [
        ("home-manager.", "Home Manager"),
        ("disko.", "disko"),
        ("environment.persistence'", "impermanence"),
    ]
    .iter()
    .find_map(|(option, module)| declared.starts_with(option).then_some(*module))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_there_twice_when_its_options_are_declared_twice() {
        let declared = "The option `home-manager.users' in `/a' is already declared in `/b'.";
        assert_eq!(twice(declared), Some("Home Manager"));
        let disko = "The option `_module.args.diskoLib' is defined multiple times while it's \
                     expected to be unique.";
        assert_eq!(twice(disko), Some("disko"));
        let defined = "The option `home-manager.users.ops.nix.package' is defined multiple times \
                       while it's expected to be unique.";
        assert_eq!(twice(defined), None);
    }
}
