//! Files with password hashes and other secrets.

use thiserror::Error;

use super::Scope;
use crate::faults::Problem;
use crate::text::quote::quote;

const FIELDS: &[&str] = &["hostSpec.hashedPasswordFile", "hostSpec.rootHashedPasswordFile"];

#[derive(Debug, Error)]
enum PasswordProblem {
    #[error("the password file {} is in the flake, and so in the Nix store, which everyone can read", quote(.0))]
    InRepository(String),
    #[error("the password file {} is in the Nix store, which everyone can read", quote(.0))]
    InStore(String),
    #[error("the password file {} is not an absolute path", quote(.0))]
    Relative(String),
    #[error("the password file {} is a hash, not the path of a file", quote("…"))]
    Hash,
    #[error("the secrets' path {} {why}", quote(.path))]
    Secrets { path: String, why: &'static str },
}

impl Problem for PasswordProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::InRepository(_) => "password-file-in-repository",
            Self::InStore(_) => "password-file-in-store",
            Self::Relative(_) => "password-file-relative",
            Self::Hash => "password-file-is-hash",
            Self::Secrets { .. } => "secrets-path-invalid",
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Hash => "put the hash into a file on the host and write that file's path, such \
                           as `\"/run/secrets/password\"`"
                .to_owned(),
            Self::Secrets { .. } => {
                "write, in quotes, where a secrets tool puts them on the host, such as \
                 `\"/run/secrets\"`"
                    .to_owned()
            }
            _ => "write, in quotes, where a secrets tool puts the file on the host, such as \
                  `\"/run/secrets/password\"`"
                .to_owned(),
        }
    }

    fn is_secret(&self) -> bool {
        matches!(self, Self::Hash)
    }
}

/// Looks at the paths of password files, and of secrets.
pub fn check(scope: &mut Scope) {
    const SECRETS: &str = "hostSpec.secretsPath";
    if let Some(path) = scope.text(SECRETS) {
        let why = if path.starts_with("/nix/store/") {
            Some("is in the Nix store, which everyone can read")
        } else {
            (!path.starts_with('/')).then_some("is not an absolute path")
        };
        if let Some(why) = why {
            scope.report(SECRETS, PasswordProblem::Secrets { path: path.to_owned(), why });
        }
    }
    for field in FIELDS {
        let Some(path) = scope.text(field) else { continue };
        let given = path.to_owned();
        let in_root = |root: &str| path.strip_prefix(root).filter(|it| it.starts_with('/'));
        if let Some(own) = scope.root.and_then(in_root) {
            scope.report(field, PasswordProblem::InRepository(format!(".{own}")));
        } else if path.starts_with("/nix/store/") {
            scope.report(field, PasswordProblem::InStore(given));
        } else if path.starts_with('$') {
            scope.report(field, PasswordProblem::Hash);
        } else if !path.starts_with('/') {
            scope.report(field, PasswordProblem::Relative(given));
        }
    }
}
