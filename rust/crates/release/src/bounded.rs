//! Lists and tables of JSON with a limit, which is met before what is above it is kept.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A list of at most so many elements.
pub(crate) fn list<'de, D, T, const MOST: usize>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct List<T, const MOST: usize>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for List<T, MOST> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a list of at most {MOST}")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Vec<T>, A::Error> {
            let mut list = Vec::new();
            while let Some(element) = access.next_element()? {
                if list.len() == MOST {
                    return Err(A::Error::custom(format!("there are more than {MOST}")));
                }
                list.push(element);
            }
            Ok(list)
        }
    }
    from.deserialize_seq(List::<T, MOST>(PhantomData))
}

/// A table of at most so many rows. A name that comes twice is refused: two readers could take
/// different ones.
pub(crate) fn table<'de, D, T, const MOST: usize>(from: D) -> Result<BTreeMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Table<T, const MOST: usize>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for Table<T, MOST> {
        type Value = BTreeMap<String, T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a table of at most {MOST}")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
            let mut table = BTreeMap::new();
            while let Some((name, value)) = access.next_entry::<String, T>()? {
                if table.len() == MOST {
                    return Err(A::Error::custom(format!("there are more than {MOST}")));
                }
                if table.contains_key(&name) {
                    return Err(A::Error::custom(format!("`{name}` comes twice")));
                }
                table.insert(name, value);
            }
            Ok(table)
        }
    }
    from.deserialize_map(Table::<T, MOST>(PhantomData))
}
