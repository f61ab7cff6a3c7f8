//! What systemd-boot calls its entries, and which of them it starts.

/// The entry that a `loader.conf` names. NixOS names it `preferred` where boots are counted, since that
/// passes over an entry whose tries are used up, and leaves a pattern in `default` (loader.conf(5)).
pub(super) fn named(conf: &str) -> Option<&str> {
    let said = |key: &str| {
        let mut words = conf.lines().map(str::split_whitespace);
        words.find_map(|mut it| if it.next() == Some(key) { it.next() } else { None })
    };
    said("preferred").or_else(|| said("default"))
}

/// Whether a `loader.conf` names no entry: the loader starts what it started last, or what the firmware's
/// variables say (loader.conf(5)).
pub(super) fn is_open(conf: &str) -> bool {
    named(conf).is_none_or(|it| it.starts_with('@'))
}

/// By what `loader.conf` knows the entry of a file: the file's name without the boots that are left and
/// done, `+3` or `+2-1` (systemd.io, automatic boot assessment).
pub(super) fn id(file: &str) -> String {
    counted(file).map_or_else(|| file.to_owned(), |name| format!("{name}.conf"))
}

/// By what one boot is given to the entry of a file. The loader looks for a pattern among its ids, to
/// which a count belongs up to systemd 252, and does not with the loaders that NixOS counts boots by: the
/// pattern is for both, since the one on the boot partition may be older than what wrote the entry.
pub(super) fn one_shot(file: &str) -> String {
    counted(file).map_or_else(|| file.to_owned(), |name| format!("{name}[.+]*conf"))
}

/// The name of a file that counts boots, before the count.
fn counted(file: &str) -> Option<&str> {
    let is_count = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let (name, tries) = file.strip_suffix(".conf")?.rsplit_once('+')?;
    tries.splitn(2, '-').all(is_count).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_named_whether_boots_are_counted_or_not() {
        assert_eq!(named("timeout 5\ndefault nixos-a.conf\n"), Some("nixos-a.conf"));
        let counted = "timeout 5\npreferred nixos-a.conf\ndefault nixos-*\n";
        assert_eq!(named(counted), Some("nixos-a.conf"));
        assert_eq!(named("timeout 5\n#default nixos-a.conf\ndefault\n"), None);
    }

    #[test]
    fn what_is_left_to_the_loader_is_told_from_a_pattern() {
        assert!(is_open("timeout 5\n") && is_open("default @saved\n"));
        assert!(!is_open("default nixos-*\n") && !is_open("default nixos-a.conf\n"));
    }

    #[test]
    fn one_boot_is_given_to_an_entry_whether_its_boots_are_counted_or_not() {
        assert_eq!(one_shot("nixos-generation-1.conf"), "nixos-generation-1.conf");
        for file in ["nixos-generation-1+3.conf", "nixos-generation-1+2-1.conf"] {
            assert_eq!(one_shot(file), "nixos-generation-1[.+]*conf");
        }
    }

    #[test]
    fn a_count_is_no_part_of_an_entrys_id() {
        for counted in ["nixos-a+3.conf", "nixos-a+2-1.conf", "nixos-a+0-3.conf", "nixos-a.conf"] {
            assert_eq!(id(counted), "nixos-a.conf");
        }
        for whole in ["a+b.conf", "a+.conf", "a+1-.conf", "a+1-2-3.conf", "a+3", ""] {
            assert_eq!(id(whole), whole);
        }
    }
}
