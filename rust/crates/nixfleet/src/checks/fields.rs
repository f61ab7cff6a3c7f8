//! Fields that do not exist, and values of a wrong type.

use serde_json::Value;
use thiserror::Error;

use super::Scope;
use crate::fault::{Problem, Severity};
use crate::nearest::nearest;
use crate::quote::{describe, quote};

/// What a field holds.
#[derive(Clone, Copy)]
enum Type {
    Text,
    Texts,
    Bool,
    Set,
}

const FIELDS: &[(&str, Type)] = &[
    ("hostName", Type::Text),
    ("platform", Type::Text),
    ("isVm", Type::Bool),
    ("hostSpec", Type::Set),
    ("hostSpec.userName", Type::Text),
    ("hostSpec.home", Type::Text),
    ("hostSpec.timeZone", Type::Text),
    ("hostSpec.locale", Type::Text),
    ("hostSpec.keyboardLayout", Type::Text),
    ("hostSpec.sshAuthorizedKeys", Type::Texts),
    ("hostSpec.networking", Type::Set),
    ("hostSpec.networking.interface", Type::Text),
    ("hostSpec.networking.address", Type::Text),
    ("hostSpec.networking.gateway", Type::Text),
    ("hostSpec.networking.dns", Type::Texts),
    ("hostSpec.secretsPath", Type::Text),
    ("hostSpec.hashedPasswordFile", Type::Text),
    ("hostSpec.rootHashedPasswordFile", Type::Text),
];

/// `mkHost`'s arguments.
const ARGUMENTS: &[&str] = &[
    "homeModules",
    "hostName",
    "hostSpec",
    "isVm",
    "modules",
    "platform",
    "specialArgs",
    "stateVersion",
];

const TEXTS: &str = "a list of strings";

#[derive(Debug, Error)]
enum FieldProblem {
    #[error("{field} is {found}, and has to be {expected}")]
    Type { field: String, found: String, expected: &'static str },
    #[error("hostSpec has no field {}", quote(.field))]
    UnknownField { field: String, nearest: Option<String> },
    #[error("hostSpec.networking has no field {}", quote(.field))]
    UnknownNetworkField { field: String, nearest: Option<String> },
    #[error("mkHost has no argument {}", quote(.argument))]
    UnknownArgument { argument: String, nearest: Option<&'static str> },
    #[error("`hostSpec.{field}` follows from mkHost's `{argument}`")]
    Fixed { field: &'static str, argument: &'static str },
}

impl Problem for FieldProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::Type { .. } => "field-type-wrong",
            Self::UnknownField { .. } | Self::UnknownNetworkField { .. } => "field-unknown",
            Self::UnknownArgument { .. } => "argument-unknown",
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

    fn help(&self) -> String {
        match self {
            Self::Type { expected, .. } => match *expected {
                TEXTS => "write the strings in brackets: `[ \"…\" ]`".to_owned(),
                expected => format!("write {expected}"),
            },
            Self::UnknownField { nearest: Some(name), .. }
            | Self::UnknownNetworkField { nearest: Some(name), .. } => format!("write `{name}`"),
            Self::UnknownField { field, nearest: None } => format!(
                "declare it in a module of yours as {}, or remove it",
                quote(&format!("options.hostSpec.{field}"))
            ),
            Self::UnknownNetworkField { .. } => {
                "its fields are `interface`, `address`, `gateway` and `dns`; set anything else in \
                 a module, in the system's own options"
                    .to_owned()
            }
            Self::UnknownArgument { nearest: Some(name), .. } => format!("write `{name}`"),
            Self::UnknownArgument { nearest: None, .. } => {
                "what is no argument of mkHost belongs in a module, in `modules = [ … ]`".to_owned()
            }
            Self::Fixed { field, argument } => {
                format!("remove `{field}` from hostSpec; `{argument}` is enough")
            }
        }
    }
}

/// Looks for unknown fields and wrong types.
pub fn check(scope: &mut Scope) {
    for (field, expected) in FIELDS {
        if let Some(value) = scope.host.value(field) {
            check_type(scope, field, value, *expected);
        }
    }
    for argument in scope.host.unknown_arguments.iter().flatten() {
        let nearest = nearest(argument, ARGUMENTS.iter().copied());
        let problem = FieldProblem::UnknownArgument { argument: argument.clone(), nearest };
        scope.report_name(argument, problem);
    }
    for field in names(scope.host.spec()) {
        let problem = match field {
            "hostName" => FieldProblem::Fixed { field: "hostName", argument: "hostName" },
            "isDarwin" => FieldProblem::Fixed { field: "isDarwin", argument: "platform" },
            _ if is_known("hostSpec.", field) => continue,
            _ => {
                let nearest = nearest_field("hostSpec.", field);
                FieldProblem::UnknownField { field: field.to_owned(), nearest }
            }
        };
        scope.report_name(&format!("hostSpec.{field}"), problem);
    }
    let networking = scope.host.spec().and_then(|spec| spec.get("networking"));
    for field in names(networking.and_then(Value::as_object)) {
        if !is_known("hostSpec.networking.", field) {
            let nearest = nearest_field("hostSpec.networking.", field);
            let problem = FieldProblem::UnknownNetworkField { field: field.to_owned(), nearest };
            scope.report_name(&format!("hostSpec.networking.{field}"), problem);
        }
    }
}

fn check_type(scope: &mut Scope, field: &str, value: &Value, expected: Type) {
    let (expected, found) = match (expected, value) {
        (Type::Text, Value::String(_)) | (Type::Bool, Value::Bool(_)) => return,
        (Type::Set, Value::Object(set)) if !set.contains_key("__unrepresentable") => return,
        (Type::Texts, Value::Array(list)) => match list.iter().find(|value| !value.is_string()) {
            Some(value) => (TEXTS, format!("a list with {} in it", describe(value))),
            None => return,
        },
        (Type::Text, _) => ("a string", describe(value)),
        (Type::Texts, _) => (TEXTS, describe(value)),
        (Type::Bool, _) => ("`true` or `false`", describe(value)),
        (Type::Set, _) => ("a set", describe(value)),
    };
    scope.report(field, FieldProblem::Type { field: format!("`{field}`"), found, expected });
}

fn names(set: Option<&serde_json::Map<String, Value>>) -> impl Iterator<Item = &str> {
    set.into_iter()
        .flat_map(|set| set.keys().map(String::as_str))
        .filter(|it| !it.starts_with("__"))
}

fn is_known(prefix: &str, field: &str) -> bool {
    FIELDS.iter().any(|(known, _)| known.strip_prefix(prefix) == Some(field))
}

fn nearest_field(prefix: &str, field: &str) -> Option<String> {
    let known = FIELDS.iter().filter_map(|(known, _)| known.strip_prefix(prefix));
    nearest(field, known.filter(|known| !known.contains('.'))).map(str::to_owned)
}
