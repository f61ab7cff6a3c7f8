//! The primary user.

use thiserror::Error;

use super::Scope;
use crate::faults::{Problem, Severity};
use crate::text::quote::quote;

#[derive(Debug, Error)]
enum UserProblem {
    #[error("{} is not a user name", quote(.0))]
    Name(String),
    #[error("the primary user cannot be `root`")]
    Root,
    #[error("the primary user cannot be {}, which is a user of the system itself", quote(.0))]
    System(String),
    #[error("the home {} is not an absolute path", quote(.0))]
    Home(String),
    #[error("macOS has no homes in `/home`, and {} is not where this user's is", quote(.0))]
    HomeOfLinux(String),
}

impl Problem for UserProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::Name(_) | Self::Root | Self::System(_) => "user-name-invalid",
            Self::Home(_) | Self::HomeOfLinux(_) => "home-invalid",
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::HomeOfLinux(_) => Severity::Warning,
            _ => Severity::Error,
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Name(name) => {
                let lower = name.to_lowercase();
                if is_user_name(&lower) {
                    format!("write `{lower}`")
                } else {
                    "use up to 32 lower-case letters, digits, `-` and `_`, a letter first, as in `ops`"
                        .to_owned()
                }
            }
            Self::Root => "name a user to administer the host, or leave `userName` out: root is \
                           there without it"
                .to_owned(),
            Self::System(_) => "name a user who administers the host, such as `ops`, or leave \
                                `userName` out"
                .to_owned(),
            Self::Home(_) => {
                "write a path from the root on, such as `/home/ops`, or leave `home` out".to_owned()
            }
            Self::HomeOfLinux(_) => {
                "leave `home` out: it is in `/Users` then; as a default for the \
                                     other hosts, write it into `defaults.nixos`"
                    .to_owned()
            }
        }
    }
}

/// Looks at the user's name and home.
pub fn check(scope: &mut Scope) {
    match scope.text("hostSpec.userName") {
        Some("root") => scope.report("hostSpec.userName", UserProblem::Root),
        Some(name) if !is_user_name(name) => {
            scope.report("hostSpec.userName", UserProblem::Name(name.to_owned()));
        }
        Some(name) if is_of_system(name) => {
            scope.report("hostSpec.userName", UserProblem::System(name.to_owned()));
        }
        _ => {}
    }
    match scope.text("hostSpec.home") {
        Some(home) if !home.starts_with('/') => {
            scope.report("hostSpec.home", UserProblem::Home(home.to_owned()));
        }
        // auto_master(5) of macOS mounts an empty folder there.
        Some(home) if home.starts_with("/home/") && scope.text("class") == Some("darwin") => {
            scope.report("hostSpec.home", UserProblem::HomeOfLinux(home.to_owned()));
        }
        _ => {}
    }
}

/// A name as useradd(8) takes it, which NixOS and macOS take too.
fn is_user_name(name: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    name.len() <= 32
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.strip_suffix('$').unwrap_or(name).chars().all(is_inner)
}

/// A user whom each NixOS host has (nixos/modules: config/users-groups.nix, config/nix.nix,
/// config/nsswitch.nix, services/networking/ssh/sshd.nix, system/boot/systemd), `nobody` every Mac too.
fn is_of_system(name: &str) -> bool {
    let is_builder =
        |number: &str| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    matches!(name, "messagebus" | "nobody" | "nscd" | "sshd")
        || name.starts_with("systemd-")
        || name.strip_prefix("nixbld").is_some_and(is_builder)
}
