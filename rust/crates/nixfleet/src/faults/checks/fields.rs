//! Fields that do not exist, and values of a wrong type.

mod of_network;

use serde_json::{Map, Value};
use thiserror::Error;

use super::Scope;
use crate::faults::{Problem, Severity};
use crate::text::quote::{describe, quote, quote_path};
use nixfleet_text::nearest;

/// What a field holds.
#[derive(Clone, Copy)]
pub(super) enum Type {
    Text,
    Texts,
    Bool,
    Set,
}

/// The fields of hostSpec.
const HOST_SPEC: &[(&str, Type)] = &[
    ("userName", Type::Text),
    ("home", Type::Text),
    ("timeZone", Type::Text),
    ("locale", Type::Text),
    ("keyboardLayout", Type::Text),
    ("sshAuthorizedKeys", Type::Texts),
    ("networking", Type::Set),
    ("secretsPath", Type::Text),
    ("hashedPasswordFile", Type::Text),
    ("rootHashedPasswordFile", Type::Text),
];

/// The fields of `hostSpec.networking`.
const NETWORKING: &[(&str, Type)] = &[
    ("interface", Type::Text),
    ("address", Type::Text),
    ("gateway", Type::Text),
    ("dns", Type::Texts),
    ("interfaces", Type::Set),
];

/// The fields that have a default, and for which `null` is none.
const NEVER_NULL: &[&str] = &[
    "hostSpec.timeZone",
    "hostSpec.locale",
    "hostSpec.keyboardLayout",
    "hostSpec.sshAuthorizedKeys",
    "hostSpec.networking",
    "hostSpec.networking.dns",
    "hostSpec.networking.interfaces",
];

const TEXTS: &str = "a list of strings";

/// What is found in the place of one, as `describe` has it.
const OF_FUNCTIONS: &str = "a list with a function in it";
const OF_LISTS: &str = "a list with a list in it";

#[derive(Debug, Error)]
enum FieldProblem {
    #[error("{field} is {found}, and has to be {expected}")]
    Type {
        field: String,
        found: String,
        expected: &'static str,
        /// What to write, where the field alone tells it.
        cure: Option<String>,
    },
    #[error("hostSpec has no field {}", quote(.field))]
    UnknownField { field: String, nearest: Option<&'static str> },
    #[error("{set} has no field {}", quote(.field))]
    UnknownInner {
        set: String,
        field: String,
        known: Vec<&'static str>,
        nearest: Option<&'static str>,
    },
    #[error("`hostSpec.{field}` follows from mkHost's `{argument}`")]
    Fixed { field: &'static str, argument: &'static str },
}

impl Problem for FieldProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::Type { .. } => "field-type-wrong",
            Self::UnknownField { .. } | Self::UnknownInner { .. } => "field-unknown",
            Self::Fixed { .. } => "field-fixed",
        }
    }

    fn severity(&self) -> Severity {
        match self {
            // A module of the user's may declare it, which only an evaluation knows.
            Self::UnknownField { nearest: None, .. } => Severity::Warning,
            _ => Severity::Error,
        }
    }

    fn meant(&self) -> Option<&str> {
        match self {
            Self::UnknownField { nearest, .. } | Self::UnknownInner { nearest, .. } => *nearest,
            _ => None,
        }
    }

    fn is_of_text(&self) -> bool {
        !matches!(self, Self::Type { .. })
    }

    /// A list of keys is taken by several fields.
    fn kind_of_text(&self) -> Option<&'static str> {
        matches!(self, Self::Type { expected: TEXTS, .. }).then(|| self.code())
    }

    fn help(&self) -> String {
        match self {
            Self::Type { found, expected: "a set" | TEXTS, .. }
                if found.starts_with("the string `/nix/store/") =>
            {
                "this is a path: write `import` before it, for what is in the file".to_owned()
            }
            Self::Type { cure: Some(cure), .. } => format!("write {}", quote_path(cure)),
            Self::Type { found, expected: "a string", .. } if found.starts_with("the path ") => {
                "write a text, in quotes; for what is in a file, write `import` before its path"
                    .to_owned()
            }
            Self::Type { found, expected: TEXTS, .. } if found == OF_FUNCTIONS => {
                "put a function and what it takes in brackets: `[ (builtins.readFile ./key.pub) ]`"
                    .to_owned()
            }
            Self::Type { found, expected: TEXTS, .. } if found == OF_LISTS => {
                "write the inner list alone, or put lists together with `++`".to_owned()
            }
            Self::Type { expected, .. } => match *expected {
                TEXTS => "write the strings in brackets: `[ \"…\" ]`".to_owned(),
                "a set" => "write a set: `{ … }`".to_owned(),
                expected => format!("write {expected}"),
            },
            Self::UnknownInner { nearest: Some(name), .. } => format!("write `{name}`"),
            Self::UnknownField { field, .. } => cure(field),
            Self::UnknownInner { known, .. } => {
                let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
                format!(
                    "its fields are {}; set anything else in a module, in the system's own options",
                    known.join(", ")
                )
            }
            Self::Fixed { field, argument } => {
                format!("remove `{field}` from hostSpec; `{argument}` is enough")
            }
        }
    }
}

/// What to do about a field of hostSpec that nobody declares.
pub fn cure(field: &str) -> String {
    if let Some(name) = nearest(field, names(HOST_SPEC)) {
        return format!("write `{name}`");
    }
    let known: Vec<String> = names(HOST_SPEC).map(|name| format!("`{name}`")).collect();
    let own = quote(&format!("options.hostSpec.{field}"));
    format!(
        "its fields are {}; declare one of your own in a module as {own}, and name it in \
             `hostSpecFields`",
        known.join(", ")
    )
}

/// Looks for unknown fields and wrong types.
pub fn check(scope: &mut Scope) {
    let host = scope.host;
    check_type(scope, "", "hostName", &host.host_name, Type::Text);
    check_type(scope, "", "platform", &host.platform, Type::Text);
    check_type(scope, "", "isVm", &host.is_vm, Type::Bool);
    check_type(scope, "", "hostSpec", &host.host_spec, Type::Set);
    for (field, value) in fields(Some(&host.host_spec)) {
        match HOST_SPEC.iter().find(|(known, _)| known == field) {
            Some((_, expected)) => check_type(scope, "hostSpec.", field, value, *expected),
            None if host.declares(field) => {}
            None => scope.report_name(&format!("hostSpec.{field}"), unknown_field(field)),
        }
    }
    if let Some(networking) = host.value("hostSpec.networking") {
        check_fields(scope, "hostSpec.networking", networking, NETWORKING);
    }
}

/// Looks for unknown fields and wrong types in a set of closed fields, by its dotted path.
pub(super) fn check_fields(
    scope: &mut Scope,
    set: &str,
    value: &Value,
    known: &'static [(&'static str, Type)],
) {
    let prefix = format!("{set}.");
    for (field, value) in fields(Some(value)) {
        if let Some((_, expected)) = known.iter().find(|(name, _)| name == field) {
            check_type(scope, &prefix, field, value, *expected);
        } else {
            let problem = FieldProblem::UnknownInner {
                set: set.to_owned(),
                field: field.clone(),
                known: names(known).collect(),
                nearest: nearest(field, names(known))
                    .or_else(|| of_network::other_name(set, field)),
            };
            scope.report_name(&format!("{set}.{field}"), problem);
        }
    }
}

fn unknown_field(field: &str) -> FieldProblem {
    match field {
        "hostName" => FieldProblem::Fixed { field: "hostName", argument: "hostName" },
        "isDarwin" => FieldProblem::Fixed { field: "isDarwin", argument: "platform" },
        _ => {
            let nearest = nearest(field, names(HOST_SPEC));
            FieldProblem::UnknownField { field: field.to_owned(), nearest }
        }
    }
}

pub(super) fn check_type(
    scope: &mut Scope,
    prefix: &str,
    field: &str,
    value: &Value,
    expected: Type,
) {
    let (expected, found) = match (expected, value) {
        (Type::Text, Value::String(text))
            if scope.in_repository(text).is_some()
                && scope.is_path(&format!("{prefix}{field}"), text) =>
        {
            ("a string", format!("the path {}", quote(&scope.as_written(text))))
        }
        (_, Value::Null) if !NEVER_NULL.contains(&format!("{prefix}{field}").as_str()) => return,
        (Type::Text, Value::String(_)) | (Type::Bool, Value::Bool(_)) => return,
        (Type::Set, value) if set_of(value).is_some() => return,
        (Type::Texts, Value::Array(list)) => match list.iter().find(|value| !value.is_string()) {
            Some(value) => (TEXTS, format!("a list with {} in it", describe(value))),
            None => return,
        },
        (Type::Text, _) => ("a string", describe(value)),
        (Type::Texts, _) => (TEXTS, describe(value)),
        (Type::Bool, _) => ("`true` or `false`", describe(value)),
        (Type::Set, _) => ("a set", describe(value)),
    };
    let field = format!("{prefix}{field}");
    let cure = of_network::set(&field, value).filter(|_| expected == "a set");
    scope.report(&field, FieldProblem::Type { field: format!("`{field}`"), found, expected, cure });
}

/// The fields of a set.
fn fields(set: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    set.and_then(set_of).into_iter().flatten()
}

/// A set; what stands for a value that JSON cannot carry is none.
pub(super) fn set_of(value: &Value) -> Option<&Map<String, Value>> {
    value.as_object().filter(|set| !set.contains_key("__unrepresentable"))
}

fn names(fields: &'static [(&str, Type)]) -> impl Iterator<Item = &'static str> {
    fields.iter().map(|(name, _)| *name)
}
