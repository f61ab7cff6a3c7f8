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

/// Of `pkgs.1password`, which is `pkgs .1 password` to Nix and to a formatter, how it is written; `at` is
/// where the last of the three stands.
pub fn before(source: &str, at: usize) -> Option<String> {
    let (before, name) = (source.get(..at)?.trim_end_matches(' '), source.get(at..)?);
    let path = before.trim_end_matches(|it: char| it.is_ascii_digit());
    let path = path.strip_suffix('.').filter(|_| path.len() < before.len())?;
    let (path, number) = (path.trim_end_matches(' '), &before[path.len()..]);
    let end = name.find(|it: char| !(it.is_ascii_alphanumeric() || "_-'".contains(it)));
    let whole = format!("{path}{number}{}", &name[..end.unwrap_or(name.len())]);
    Some(Digits::around(&whole, path.len())?.written())
}

#[cfg(test)]
mod tests {
    use super::before;

    #[test]
    fn what_nix_takes_for_three_values_is_written_as_one() {
        let told = |source: &str| before(source, source.find("nd").unwrap());
        assert_eq!(told("[ a.b.2nd.c ]").as_deref(), Some("a.b.\"2nd\""));
        assert_eq!(told("[ a.b .2 nd ]").as_deref(), Some("a.b.\"2nd\""));
        assert_eq!(told("[ 2 nd ]"), None);
        assert_eq!(told("[ a nd ]"), None);
    }
}
