//! The name that a mistyped one was likely meant to be.

/// The nearest of `names`, if any is near enough to propose.
///
/// Letters' case counts little. The bound lets about a third of the letters differ.
#[must_use]
pub fn nearest<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Names are short; a long text is no mistyped one, and comparing takes its square.
    if given.len() > 100 {
        return None;
    }
    let lower = given.to_lowercase();
    let distance = |name: &str| {
        let swaps = strsim::damerau_levenshtein(&lower, &name.to_lowercase());
        2 * swaps + usize::from(given != name)
    };
    let (name, distance) = names
        .into_iter()
        .map(|name| (name, distance(name)))
        .min_by_key(|(_, distance)| *distance)?;
    let longest = given.chars().count().max(name.chars().count());
    (distance <= 1 + longest * 2 / 3).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_a_stranger_is_not() {
        let names = ["Europe/Berlin", "Europe/Bern", "UTC", "timeZone"];
        assert_eq!(nearest("Europe/Berln", names), Some("Europe/Berlin"));
        assert_eq!(nearest("timezone", names), Some("timeZone"));
        assert_eq!(nearest("utc", names), Some("UTC"));
        assert_eq!(nearest("Mars/Olympus", names), None);
    }
}
