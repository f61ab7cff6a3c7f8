//! What a system of nix-darwin says of a Mac before it changes anything: its `activate` looks whether it can,
//! and ends there where it is told to.
//!
//! It is told by a variable, which its first line, `env -i`, would take away: so its shell is started by hand.

use std::fs;
use std::path::Path;

/// Where `activate` ends after its checks (nix-darwin, modules/system/checks.nix). One that does not say so
/// would be activated.
const ENDS_THERE: &str = r#"if [[ "${checkActivation:-0}" -eq 1 ]]; then"#;
/// The most bytes of `activate` that are read; it names each file of `/etc`, and takes some 100 kB.
const BYTES: u64 = 16 * 1024 * 1024;

/// The command that runs the checks of a system, and nothing more; `None` where that cannot be told.
pub(super) fn command(activate: &Path) -> Option<[String; 5]> {
    let small = fs::metadata(activate).is_ok_and(|it| it.len() <= BYTES);
    let text = if small { fs::read_to_string(activate).ok()? } else { return None };
    let shell = text.lines().next()?.strip_prefix("#!")?.split_whitespace().next_back()?;
    if !shell.starts_with('/') || !text.contains(ENDS_THERE) {
        return None;
    }
    let words = ["/usr/bin/env", "-i", "checkActivation=1", shell, activate.to_str()?];
    Some(words.map(str::to_owned))
}

/// How many programs of macOS's kind lie in a folder: what an activation could change is guarded by macOS
/// (nix-darwin, modules/system/applications.nix).
pub(super) fn programs(folder: &Path) -> usize {
    let all = fs::read_dir(folder).into_iter().flatten().flatten();
    all.filter(|it| it.path().extension().is_some_and(|it| it == "app")).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_of_macos_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["Web Browser.app", "readme"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        assert_eq!((programs(folder.path()), programs(Path::new("/nowhere"))), (1, 0));
    }

    #[test]
    fn only_what_ends_after_its_checks_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("activate");
        let asked = |first: &str, checks: &str| {
            fs::write(&file, format!("{first}\nset -e\n{checks}\n  exit 0\nfi\n")).unwrap();
            command(&file).map(|it| it[..4].join(" "))
        };
        let first = "#!/usr/bin/env -i /nix/store/x-bash/bin/bash";
        let words = "/usr/bin/env -i checkActivation=1 /nix/store/x-bash/bin/bash";
        assert_eq!(asked(first, ENDS_THERE), Some(words.to_owned()));
        assert_eq!(asked(first, "if false; then # checkActivation"), None);
        assert_eq!(asked("#!/usr/bin/env -i bash", ENDS_THERE), None);
        assert_eq!(asked("", ENDS_THERE), None);
        assert_eq!(command(Path::new("/nowhere")), None);
    }
}
