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
    let letters = Letters::of(&lower);
    let length = given.chars().count();
    let mut best: Option<(&str, usize)> = None;
    for name in names {
        let other = name.chars().count();
        let most = 1 + length.max(other) * 2 / 3;
        if 2 * length.abs_diff(other) > most {
            continue;
        }
        let least = 2 * letters.distance_at_least(name);
        // To compare in full takes a hundred times as long.
        if least > most || best.is_some_and(|(_, distance)| least >= distance) {
            continue;
        }
        let swaps = strsim::damerau_levenshtein(&lower, &name.to_lowercase());
        let distance = 2 * swaps + usize::from(given != name);
        if distance <= most && best.is_none_or(|(_, best)| distance < best) {
            best = Some((name, distance));
        }
    }
    best.map(|(name, _)| name)
}

/// How often each letter is in a word.
struct Letters {
    counts: [u8; 128],
    length: usize,
    is_ascii: bool,
}

impl Letters {
    fn of(lower: &str) -> Self {
        let mut counts = [0; 128];
        lower.bytes().filter(u8::is_ascii).for_each(|it| counts[usize::from(it)] += 1);
        Self { counts, length: lower.len(), is_ascii: lower.is_ascii() }
    }

    /// How many steps a name is away at least: each mends one letter, and swaps mend none.
    fn distance_at_least(&self, name: &str) -> usize {
        if !self.is_ascii || !name.is_ascii() {
            return 0;
        }
        let mut counts = self.counts;
        let common = name.bytes().filter(|byte| {
            let count = &mut counts[usize::from(byte.to_ascii_lowercase())];
            let is_common = *count > 0;
            *count = count.saturating_sub(1);
            is_common
        });
        self.length.max(name.len()) - common.count()
    }
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
