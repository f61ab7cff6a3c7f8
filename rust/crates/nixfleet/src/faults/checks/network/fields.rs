//! The fields of `hostSpec.networking.interfaces` and their types.

use serde_json::Value;

use super::INTERFACES;
use crate::faults::checks::Scope;
use crate::faults::checks::fields::{Type, check_fields, check_type};

const INTERFACE: &[(&str, Type)] = &[("ipv4", Type::Set), ("ipv6", Type::Set)];
const FAMILY: &[(&str, Type)] =
    &[("addresses", Type::Texts), ("dhcp", Type::Bool), ("gateway", Type::Text)];

/// Looks for unknown fields and wrong types.
pub fn check(scope: &mut Scope) {
    let host = scope.host;
    let interfaces = host.value(INTERFACES).and_then(Value::as_object);
    for (name, interface) in interfaces.into_iter().flatten() {
        let field = format!("{INTERFACES}.{name}");
        check_type(scope, &format!("{INTERFACES}."), name, interface, Type::Set);
        check_fields(scope, &field, interface, INTERFACE);
        for (family, _) in INTERFACE {
            if let Some(settings) = interface.get(family) {
                check_fields(scope, &format!("{field}.{family}"), settings, FAMILY);
            }
        }
    }
}
