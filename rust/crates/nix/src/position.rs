//! Where in the sources a value was written, as `builtins.unsafeGetAttrPos` tells it.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde::{Deserialize, Deserializer};

/// A file, line and column, both counted from one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
pub struct Position {
    /// The file, in the store when the fleet was read through a flake.
    #[serde(deserialize_with = "shared")]
    pub file: Arc<str>,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// A fleet of thousands of hosts has tens of thousands of positions, in a few files: each file's
/// name is kept once.
fn shared<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<str>, D::Error> {
    static NAMES: LazyLock<Mutex<HashSet<Arc<str>>>> = LazyLock::new(Mutex::default);

    let name = std::borrow::Cow::<str>::deserialize(deserializer)?;
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name.as_ref()) {
        return Ok(known.clone());
    }
    let name: Arc<str> = name.into();
    names.insert(name.clone());
    Ok(name)
}
