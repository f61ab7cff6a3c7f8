//! Names that are not there, with the nearest that is.

use nixfleet_rollout::Unknown;
use nixfleet_text::nearest;

use crate::core::Core;

/// ", did you mean …?" where a name is near.
pub(crate) fn proposal<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    nearest(given, names).map(|it| format!(", did you mean `{it}`?")).unwrap_or_default()
}

/// That the newest release has no such host or wave.
pub(crate) fn told(core: &Core, unknown: &Unknown) -> String {
    let rollout = core.decision().map(|it| it.0);
    let near = rollout.map(|it| match unknown {
        Unknown::Host(name) => proposal(name, it.hosts().map(|it| it.0.name.as_str())),
        Unknown::Wave(name) => proposal(name, it.waves()),
    });
    format!("{unknown}{}", near.unwrap_or_default())
}
