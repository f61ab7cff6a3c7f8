//! The primary user.

use thiserror::Error;

use super::Scope;
use crate::faults::Problem;
use crate::text::quote::quote;

#[derive(Debug, Error)]
enum UserProblem {
    #[error("{} is not a user name", quote(.0))]
    Name(String),
    #[error("the primary user cannot be `root`")]
    Root,
    #[error("the home {} is not an absolute path", quote(.0))]
    Home(String),
}

impl Problem for UserProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::Name(_) | Self::Root => "user-name-invalid",
            Self::Home(_) => "home-invalid",
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
            Self::Home(_) => {
                "write a path from the root on, such as `/home/ops`, or leave `home` out".to_owned()
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
        _ => {}
    }
    if let Some(home) = scope.text("hostSpec.home").filter(|home| !home.starts_with('/')) {
        scope.report("hostSpec.home", UserProblem::Home(home.to_owned()));
    }
}

/// A name as useradd(8) takes it, which NixOS and macOS take too.
fn is_user_name(name: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    name.len() <= 32
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.strip_suffix('$').unwrap_or(name).chars().all(is_inner)
}
