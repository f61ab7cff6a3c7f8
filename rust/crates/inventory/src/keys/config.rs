//! The key files that the user's SSH configuration names (`ssh_config(5)`), for whatever host: each
//! is a private half that this machine has. `ssh -G` tells those of one host only, and takes a
//! process.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::wildcard;

/// What is longer is no configuration, and is not read.
const LONGEST: u64 = 1 << 20;

/// The files of `IdentityFile`, there or not.
pub fn identity_files(home: &Path) -> Vec<PathBuf> {
    let own = home.join(".ssh");
    let mut found = Found::default();
    Reader { home, base: &own }.read(&own.join("config"), &mut found);
    let system = Path::new("/etc/ssh");
    Reader { home, base: system }.read(&system.join("ssh_config"), &mut found);
    found.keys
}

#[derive(Default)]
struct Found {
    keys: Vec<PathBuf>,
    /// What was read: files may include each other.
    read: HashSet<PathBuf>,
}

struct Reader<'a> {
    home: &'a Path,
    /// What a relative `Include` is below.
    base: &'a Path,
}

impl Reader<'_> {
    fn read(&self, file: &Path, found: &mut Found) {
        let is_read = fs::metadata(file).is_ok_and(|it| it.is_file() && it.len() <= LONGEST)
            && found.read.insert(file.to_owned());
        let Some(text) = is_read.then(|| fs::read(file).ok()).flatten() else { return };
        for line in String::from_utf8_lossy(&text).lines() {
            let Some((keyword, values)) = directive(line) else { continue };
            if keyword.eq_ignore_ascii_case("identityfile") {
                let named = values.first().and_then(|it| self.expand(it));
                found.keys.extend(named);
            } else if keyword.eq_ignore_ascii_case("include") {
                for pattern in values.iter().filter_map(|it| self.expand(it)) {
                    for included in wildcard::files(&self.base.join(pattern)) {
                        self.read(&included, found);
                    }
                }
            }
        }
    }

    /// The path of a value; `None` where it depends on the host that one connects to.
    fn expand(&self, value: &str) -> Option<PathBuf> {
        let home = self.home.to_str()?;
        let (mut path, mut rest) = match value.strip_prefix("~/") {
            Some(below) => (format!("{home}/"), below),
            None => (String::new(), value),
        };
        while let Some(at) = rest.find(['%', '$']) {
            path.push_str(&rest[..at]);
            rest = &rest[at..];
            let (token, after) = token(rest)?;
            match token {
                "%%" => path.push('%'),
                "%d" => path.push_str(home),
                "%u" => path.push_str(&std::env::var("USER").ok()?),
                "$" => path.push('$'),
                _ => path.push_str(&std::env::var(token.strip_prefix("${")?).ok()?),
            }
            rest = after;
        }
        path.push_str(rest);
        (!path.is_empty() && path != "none").then(|| path.into())
    }
}

/// `%d`, `${NAME` without its bracket, or a dollar by itself; and what follows.
fn token(text: &str) -> Option<(&str, &str)> {
    if text.starts_with("${") {
        return text.split_once('}');
    }
    text.split_at_checked(if text.starts_with('%') { 2 } else { 1 })
}

/// The keyword of a line and its values, which may be in double quotes; an equals sign may stand
/// between.
fn directive(line: &str) -> Option<(&str, Vec<&str>)> {
    let line = line.trim();
    let end = line.find(|c: char| c.is_whitespace() || c == '=')?;
    let (keyword, rest) = line.split_at(end);
    let rest = rest.trim_start();
    let mut rest = rest.strip_prefix('=').unwrap_or(rest).trim_start();
    let mut values = Vec::new();
    while !rest.is_empty() && !rest.starts_with('#') {
        let (value, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        values.push(value);
        rest = after.trim_start();
    }
    (!keyword.starts_with('#') && !values.is_empty()).then_some((keyword, values))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(files: &[(&str, &str)]) -> Vec<String> {
        let home = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = home.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let own = identity_files(home.path());
        let below = |it: PathBuf| it.strip_prefix(home.path()).unwrap_or(&it).display().to_string();
        own.into_iter().map(below).collect()
    }

    #[test]
    fn key_files_of_every_host_are_found() {
        let config = "IdentityFile ~/keys/a\n# IdentityFile ~/no\nHost web # a comment\n  \
                      identityfile=\"%d/keys/b c\" # more\n\tIDENTITYFILE = /d%%\nIdentityFile none\n\
                      IdentityFile ~/keys/%h\nIdentityFile\nIdentityFile \"x\n\
                      IdentityFile ${HOME}/$e\nIdentityFile ${NOWHERE-AT-ALL}/f\nIdentityFile %";
        let home = std::env::var("HOME").unwrap();
        let expected = ["keys/a", "keys/b c", "/d%", &format!("{home}/$e")];
        assert_eq!(files(&[(".ssh/config", config)]), expected);
    }

    #[test]
    fn includes_are_followed() {
        let found = files(&[
            (".ssh/config", "Include config.d/*.conf ~/more/one\nInclude \"config\"\n"),
            (".ssh/config.d/b.conf", "IdentityFile /b\n"),
            (".ssh/config.d/a.conf", "IdentityFile /a\nInclude nowhere\n"),
            (".ssh/config.d/.hidden.conf", "IdentityFile /hidden\n"),
            (".ssh/config.d/not", "IdentityFile /not\n"),
            ("more/one", "IdentityFile /one\n"),
        ]);
        assert_eq!(found, ["/a", "/b", "/one"]);
    }
}
