//! Names that are written without what makes them known, as other languages need not.

/// What the module system gives to every module, or users often hand on (nixpkgs,
/// `nixos/lib/eval-config.nix`).
pub const ARGUMENTS: [&str; 8] =
    ["config", "inputs", "lib", "modulesPath", "nixfleet", "options", "pkgs", "self"];

/// What modules take of nixpkgs' `lib`, whose name is easily forgotten.
pub const OF_LIB: [&str; 15] = [
    "mkAfter",
    "mkBefore",
    "mkDefault",
    "mkEnableOption",
    "mkForce",
    "mkIf",
    "mkMerge",
    "mkOption",
    "mkOverride",
    "mkPackageOption",
    "optional",
    "optionalAttrs",
    "optionalString",
    "optionals",
    "types",
];

/// What Nix calls what other languages, and YAML, call by this name.
pub fn constant(name: &str) -> Option<&'static str> {
    match name.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some("true"),
        "false" | "no" | "off" => Some("false"),
        "null" | "nil" | "none" | "undefined" => Some("null"),
        "and" => Some("&&"),
        "not" => Some("!"),
        _ => None,
    }
}
