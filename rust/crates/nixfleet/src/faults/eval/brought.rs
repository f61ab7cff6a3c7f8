//! The modules that mkHost brings along, when a host imports another copy of one.

/// Which of them it is, in what Nix says.
pub fn twice(message: &str) -> Option<&'static str> {
    let says_so = ["is already declared in", "expected to be unique"];
    if !says_so.iter().any(|it| message.contains(it)) {
        return None;
    }
    let declared = message.split_once("The option `")?.1;
    // disko hands its library to modules before it declares anything.
    [
        ("home-manager.", "Home Manager"),
        ("_module.args.diskoLib'", "disko"),
        ("disko.", "disko"),
        ("environment.persistence'", "impermanence"),
    ]
    .iter()
    .find_map(|(option, module)| declared.starts_with(option).then_some(*module))
}
