//! What a store knows of paths and all that they need.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use crate::StorePath;

/// What a store knows of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathInfo {
    /// The hash of its content, as Nix writes it.
    pub nar_hash: String,
    /// The bytes of its content.
    pub nar_size: u64,
    /// The paths that it names, itself perhaps among them.
    pub references: Vec<StorePath>,
}

/// Paths with all that they need.
pub type Closures = BTreeMap<StorePath, PathInfo>;

/// Reads what `nix path-info --recursive --json` writes: a list of paths up to Nix 2.18, a table by
/// path from 2.19 on, in which a path that is not there is null.
pub(crate) fn parse(json: &[u8]) -> Result<Closures, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Row {
        path: Option<String>,
        nar_hash: String,
        nar_size: u64,
        #[serde(default)]
        references: Vec<String>,
    }

    let rows: Vec<(Option<String>, Value)> =
        match serde_json::from_slice(json).map_err(|error| error.to_string())? {
            Value::Array(rows) => rows.into_iter().map(|row| (None, row)).collect(),
            Value::Object(rows) => rows.into_iter().map(|(path, row)| (Some(path), row)).collect(),
            _ => return Err("it is neither a list nor a table".to_owned()),
        };
    let mut closures = Closures::new();
    for (path, row) in rows {
        let is_there = row.get("valid").is_none_or(|it| it == true) && !row.is_null();
        if !is_there {
            return Err(format!("`{}` is not in the store", path.unwrap_or_default()));
        }
        let row: Row = serde_json::from_value(row).map_err(|error| error.to_string())?;
        let path = path.or(row.path).unwrap_or_default();
        let store_path = |path: &str| path.parse::<StorePath>().map_err(|error| error.to_string());
        let references =
            row.references.iter().map(|it| store_path(it)).collect::<Result<_, _>>()?;
        let info = PathInfo { nar_hash: row.nar_hash, nar_size: row.nar_size, references };
        closures.insert(store_path(&path)?, info);
    }
    Ok(closures)
}

/// All that a path needs, itself among it, as far as it is known.
#[must_use]
pub fn closure<'a>(
    closures: &'a Closures,
    path: &StorePath,
) -> BTreeMap<&'a StorePath, &'a PathInfo> {
    let mut found = BTreeMap::new();
    let mut open: BTreeSet<&StorePath> = BTreeSet::from([path]);
    while let Some(path) = open.pop_first() {
        if let Some((path, info)) = closures.get_key_value(path)
            && found.insert(path, info).is_none()
        {
            open.extend(info.references.iter().filter(|it| !found.contains_key(it)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "/nix/store/00bgd045z0d4icpbc2yyz4gx48ak44la-a";
    const B: &str = "/nix/store/10bgd045z0d4icpbc2yyz4gx48ak44la-b";
    const C: &str = "/nix/store/20bgd045z0d4icpbc2yyz4gx48ak44la-c";

    #[test]
    fn both_ways_of_writing_it_are_read() {
        let row = format!(r#""narHash":"sha256-x","narSize":5,"references":["{B}","{A}"]"#);
        let table = parse(format!(r#"{{"{A}":{{{row}}}}}"#).as_bytes()).unwrap();
        let list = parse(format!(r#"[{{"path":"{A}",{row}}}]"#).as_bytes()).unwrap();
        assert_eq!(table, list);
        assert_eq!(table[&A.parse().unwrap()].references.len(), 2);
        for wrong in ["", "1", "[1]", &format!(r#"{{"{A}":null}}"#), r#"{"x":{}}"#] {
            assert!(parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_closure_follows_references_and_ends_in_a_circle() {
        let path = |text: &str| text.parse::<StorePath>().unwrap();
        let info = |references: &[&str]| PathInfo {
            nar_hash: String::new(),
            nar_size: 1,
            references: references.iter().map(|it| path(it)).collect(),
        };
        let all = Closures::from([
            (path(A), info(&[A, B])),
            (path(B), info(&[A])),
            (path(C), info(&[A])),
        ]);
        assert_eq!(closure(&all, &path(A)).len(), 2);
        assert_eq!(closure(&all, &path(C)).len(), 3);
    }
}
