//! What to write where the module system (nixpkgs, `lib/modules.nix`) refuses an option or its value.

use super::between;
use crate::text::quote::quote;

/// Options of nix-darwin's that NixOS does not have, and of NixOS's that nix-darwin does not have.
const DARWINS: [&str; 5] =
    ["homebrew", "launchd", "system.defaults", "system.keyboard", "system.primaryUser"];
const NIXOS: [&str; 15] = [
    "boot",
    "fileSystems",
    "i18n",
    "networking.firewall",
    "networking.interfaces",
    "networking.networkmanager",
    "networking.useDHCP",
    "security.acme",
    "services.caddy",
    "services.desktopManager",
    "services.nginx",
    "services.xserver",
    "swapDevices",
    "systemd",
    "virtualisation",
];

/// Where the modules are that people take from elsewhere, by the options that they declare.
const BROUGHT: [(&str, &str); 4] = [
    ("age", "agenix.nixosModules.default"),
    ("boot.lanzaboote", "lanzaboote.nixosModules.lanzaboote"),
    ("services.nixfleet-control-plane", "nixfleet.nixosModules.control-plane"),
    ("sops", "sops-nix.nixosModules.sops"),
];

/// An option that another system, or a module that the host does not have, would declare.
pub fn of_another_system(message: &str) -> Option<String> {
    let option =
        between(message, "The option `", "'").filter(|_| message.contains("does not exist"))?;
    // What is misspelt within one is told by its whole name.
    if DARWINS.contains(&option) {
        return Some(
            "that is an option of nix-darwin's, and the host is no Mac: take it out".into(),
        );
    }
    if NIXOS.contains(&option) {
        return Some("that is an option of NixOS's, which a Mac does not have: take it out".into());
    }
    // What a user has, and no system.
    if option == "home" || option.starts_with("home.") {
        return Some(
            "that is an option of Home Manager's: write it in a module of the host's `homeModules`"
                .into(),
        );
    }
    if let Some((_, module)) = BROUGHT.iter().find(|(it, _)| *it == option) {
        return Some(format!(
            "add the module that declares it to the host's `modules`, as `inputs.{module}`"
        ));
    }
    let of_user = option.strip_prefix("home-manager.users.")?;
    (of_user.split('.').nth(1) == Some("home-manager")).then(|| {
        "`homeModules` are the user's own already: write what stands behind \
         `home-manager.users.NAME` alone"
            .into()
    })
}

/// The options of the library, or the sets of them, that are known by their last names.
pub const OURS: [&str; 9] = [
    "hostSpec",
    "nixfleet.disk",
    "nixfleet.guards",
    "nixfleet.health",
    "nixfleet.homeModules",
    "nixfleet.impermanence",
    "nixfleet.vmTest",
    "services.nixfleet-agent",
    "services.nixfleet-control-plane",
];

/// One of the library's, where one of its name is looked for elsewhere: nixpkgs proposes what is beside
/// that.
pub fn of_ours(message: &str) -> Option<String> {
    let option = between(message, "The option `", "' does not exist")?;
    // Whether `controlPlane` or `nixfleet-control-plane`.
    let letters = |name: &str| {
        let own = name.rsplit('.').next().unwrap_or(name).to_lowercase().replace('-', "");
        own.strip_prefix("nixfleet").filter(|it| !it.is_empty()).map_or(own.clone(), str::to_owned)
    };
    let meant = if option == "services.nixfleet" { "agent".to_owned() } else { letters(option) };
    let ours = OURS.iter().find(|it| letters(it) == meant && **it != option);
    ours.map(|it| format!("write `{it}`, if that is meant"))
}

/// An option that Home Manager does not have, nor one that is near.
pub fn of_home_manager(message: &str) -> Option<String> {
    let option = between(message, "The option `", "' does not exist")?;
    option.starts_with("home-manager.users.").then(|| {
        "Home Manager has no such option: what is of the system belongs into the host's `modules`"
            .into()
    })
}

/// An option that is not there, has no value, several, or one of another type.
pub fn about_option(message: &str) -> Option<String> {
    let option = between(message, "option `", "'");
    // nixpkgs, `lib/modules.nix`: a value stands where options are.
    if message.contains("you're trying to define a value of type") {
        let (_, option) = message.split_once("for the option")?;
        if message.contains("a value of type `path'") {
            return Some("write `import` before the path".into());
        }
        return Some(format!("write what is in it: `{}.NAME = …;`", between(option, "`", "'")?));
    }
    if let Some(pattern) = between(message, "' is not of type `string matching the pattern ", "'.")
    {
        return Some(match pattern {
            "https?://.+" => "write the whole address: `\"http://…\"`".to_owned(),
            _ => format!("write a text that is as the pattern says: {}", quote(pattern)),
        });
    }
    if let Some(option) = option.filter(|_| message.contains("has no value defined")) {
        return Some(
            match option.rsplit_once("]\".").filter(|it| it.0.contains(".\"[definition ")) {
                Some((_, name)) => {
                    format!("give it a value in each element of the list: `{name} = …;`")
                }
                None => format!("give it a value in a module of the host: `{option} = …;`"),
            },
        );
    }
    if message.contains("conflicting definition values")
        || message.contains("defined multiple times")
    {
        return Some("keep one of them, or put `lib.mkForce` before the one that is to win".into());
    }
    if message.contains("is read-only") {
        return Some("take the definition out: the option is set once, by its own module".into());
    }
    if message.starts_with("Module `") && message.contains("has an unsupported attribute `") {
        return Some(
            "beside `options` or `config`, put what the module sets into one `config = { … };`"
                .into(),
        );
    }
    if option.is_some() && message.contains("does not exist") {
        return Some(
            "take it out, or add the module that declares it to the host's `modules`".into(),
        );
    }
    let wanted = between(message, "is not of type `", "'")?;
    let write = |text: &str| Some(format!("write {text}"));
    let values = message.split_once("efinition values:").map_or("", |it| it.1);
    let value = values.split_once("': ").map_or("", |it| it.1);
    let is_set = values.split_once("':").is_some_and(|it| it.1.trim_start().starts_with('{'));
    if is_set && option.is_some_and(|it| it.starts_with("nixfleet.impermanence.directories")) {
        return write("what is to be kept into the set: `directory = \"/…\";`");
    }
    let is_number = value.starts_with(|it: char| it.is_ascii_digit() || it == '-');
    match wanted.strip_prefix("null or ").unwrap_or(wanted) {
        // What is in it is named behind it.
        it if it.starts_with("list of") => match value.lines().next().map(str::trim) {
            Some(one) if is_element(one) => write(&format!("a list: `[ {one} ]`")),
            _ => write("a list: `[ … ]`"),
        },
        // nixpkgs, `nixos/lib/systemd-lib.nix`: a set it is, and systemd would refuse it.
        it if it.contains("(systemd option)") && is_set => {
            write("what systemd takes there: `man systemd.directives` names the page of each word")
        }
        it if it.starts_with("attribute set") || it.starts_with("lazy attribute set") => {
            write("a set: `{ … }`")
        }
        "sysctl option value" => write("a text, a number, `true`, `false` or `null`"),
        "package" => write(&match value.trim().trim_matches('"') {
            name if is_name(name) => format!("the package itself, without quotes: `pkgs.{name}`"),
            _ => "a package, as `pkgs.hello`".to_owned(),
        }),
        it if is_number && it.contains("between ") => {
            let (_, range) = it.split_once("between ")?;
            write(&format!(
                "a number from {}",
                range.replace(" and ", " to ").replace(" (both inclusive)", "")
            ))
        }
        it if it.contains("overlay") => write("a function: `final: prev: { … }`"),
        it if it.contains("boolean") => write("`true` or `false`, without quotes"),
        it if it.contains("integer") || it.contains("16 bit") => write("a number, without quotes"),
        it if it.contains("absolute path") => write("a path that begins with `/`"),
        it if it.contains("attribute set") || it.contains("submodule") => write("a set: `{ … }`"),
        it if it.contains("string") && !value.starts_with('"') => write("a text: `\"…\"`"),
        it if it.starts_with("one of ") => write(it),
        _ => None,
    }
}

/// Whether it is a text or a number, written whole, and short.
fn is_element(value: &str) -> bool {
    let is_text = value.len() > 1 && value.starts_with('"') && value.ends_with('"');
    let is_number = !value.is_empty() && value.bytes().all(|it| it.is_ascii_digit());
    value.len() < 40 && !value.contains('`') && (is_text || is_number)
}

/// Whether it may be the name of a package.
fn is_name(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_alphabetic())
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-.".contains(&it))
}
