//! Names that begin with a digit, which Nix takes for numbers unless they are in quotes.

/// A name that begins with a digit.
pub struct Digits<'a> {
    /// The names before it, with their dots.
    path: &'a str,
    /// As it stands: of an address all of it.
    pub name: &'a str,
}

impl<'a> Digits<'a> {
    /// The first in the path of names around an offset, as far as a file has no blank in it.
    pub fn around(source: &'a str, at: usize) -> Option<Self> {
        let is_of_path = |it: char| it.is_ascii_alphanumeric() || "_-'.".contains(it);
        let (before, after) = (source.get(..at)?, source.get(at..)?);
        let start = before.trim_end_matches(is_of_path).len();
        let end = source.len() - after.trim_start_matches(is_of_path).len();
        let path = source[start..end].trim_start_matches('.');
        let starts = std::iter::once(0).chain(path.match_indices('.').map(|(at, _)| at + 1));
        let begins = |at: &usize| path[*at..].starts_with(|it: char| it.is_ascii_digit());
        let (path, rest) = path.split_at(starts.into_iter().find(begins)?);
        let is_address = rest.bytes().all(|it| it.is_ascii_digit() || it == b'.');
        let name = if is_address { rest } else { rest.split('.').next().unwrap_or(rest) };
        Some(Self { path, name })
    }

    /// How it is written.
    pub fn written(&self) -> String {
        format!("{}\"{}\"", self.path, self.name)
    }
}
