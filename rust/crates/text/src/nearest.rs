//! The name that a mistyped one was likely meant to be.

/// The nearest of `names`, if any is near enough to propose.
///
/// Letters' case counts little. The bound lets about a third of the letters differ.
#[must_use]
pub fn nearest<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    Names::new(names).nearest(given)
}

/// Names that many mistyped ones may have been meant to be.
#[derive(Debug)]
pub struct Names<'a>(Vec<(&'a str, Letters)>);

impl<'a> Names<'a> {
    /// Names; of two that are as near, the one that comes first is proposed.
    #[must_use]
    pub fn new(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self(names.into_iter().map(|name| (name, Letters::of(name))).collect())
    }

    /// The nearest of them, as [`nearest`] has it.
    #[must_use]
    pub fn nearest(&self, given: &str) -> Option<&'a str> {
        // Names are short; a long text is no mistyped one, and comparing takes its square.
        if given.len() > 100 {
            return None;
        }
        let letters = Letters::of(given);
        let mut near: Vec<(usize, usize)> = Vec::new();
        for (index, (_, name)) in self.0.iter().enumerate() {
            let least = 2 * letters.distance_at_least(name);
            if least <= letters.most(name) {
                near.push((least, index));
            }
        }
        // To compare in full takes a hundred times as long: it ends where no other can be nearer.
        near.sort_unstable();
        let lower = given.to_lowercase();
        let mut best: Option<(usize, usize)> = None;
        for (least, index) in near {
            if best.is_some_and(|best| best < (least, index)) {
                break;
            }
            let (name, other) = &self.0[index];
            let distance = 2 * steps(&lower, &name.to_lowercase()) + usize::from(given != *name);
            if distance <= letters.most(other) && best.is_none_or(|it| (distance, index) < it) {
                best = Some((distance, index));
            }
        }
        best.map(|(_, index)| self.0[index].0)
    }
}

/// How many letters are to be changed, added, taken away or swapped. What two words begin with alike
/// counts for nothing.
fn steps(one: &str, other: &str) -> usize {
    let alike = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let begin = (0..=alike).rev().find(|at| one.is_char_boundary(*at)).unwrap_or(0);
    strsim::damerau_levenshtein(&one[begin..], &other[begin..])
}

/// How many counts of letters a word has.
const PLACES: usize = 32;

/// How often each letter is in a word, whatever its case. Some letters are counted together.
#[derive(Debug)]
struct Letters {
    counts: [u8; PLACES],
    length: usize,
}

impl Letters {
    fn of(word: &str) -> Self {
        let (mut counts, mut length) = ([0_u8; PLACES], 0);
        for letter in word.chars().flat_map(char::to_lowercase) {
            let count = &mut counts[Self::place(letter)];
            *count = count.saturating_add(1);
            length += 1;
        }
        Self { counts, length }
    }

    /// Each letter of ASCII has a place of its own; the others share what is left.
    fn place(letter: char) -> usize {
        let code = letter as usize;
        if letter.is_ascii_lowercase() { code % PLACES } else { 27 + code % 5 }
    }

    /// How many steps a name is away at least: each mends one letter, and swaps mend none.
    fn distance_at_least(&self, name: &Self) -> usize {
        // In bytes, so that the processor takes many at a time: a name has fewer letters than they hold.
        let mut common = 0_u8;
        for place in 0..PLACES {
            common = common.wrapping_add(self.counts[place].min(name.counts[place]));
        }
        self.length.max(name.length).saturating_sub(usize::from(common))
    }

    /// How far a name may be away, in half steps.
    fn most(&self, name: &Self) -> usize {
        1 + self.length.max(name.length) * 2 / 3
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
        assert_eq!(nearest("Zürih", ["Zurich", "ZÜRICH"]), Some("ZÜRICH"));
    }

    #[test]
    fn what_words_begin_with_alike_counts_for_nothing() {
        for (one, other) in
            [("abcd", "abdc"), ("aab", "aba"), ("abc", "abc"), ("zä", "zö"), ("a", "")]
        {
            assert_eq!(steps(one, other), strsim::damerau_levenshtein(one, other), "{one} {other}");
        }
    }

    #[test]
    fn of_names_as_near_the_first_is_proposed() {
        assert_eq!(nearest("wab", ["web", "wub"]), Some("web"));
        assert_eq!(nearest("wab", ["wub", "web"]), Some("wub"));
        // The letters of the first are all there; it is two steps away, and the other one.
        assert_eq!(nearest("abcdef", ["cbadef", "abcdeg"]), Some("abcdeg"));
    }
}
