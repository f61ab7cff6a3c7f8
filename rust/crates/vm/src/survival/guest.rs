//! What is asked of the guest, before the reboot and after it. An answer is a line each, its words
//! parted by tabs: what it is about, the path, and what is to be known of it.

use std::collections::BTreeMap;

use super::Declared;
use nixfleet_text::word;

/// The name of the files that are left to be found after the reboot.
const SENTINEL: &str = ".nixfleet-survival";

/// Where state is written by custom, so that what should be gone is looked for as well.
const USUAL: &[&str] = &["/etc", "/var/lib", "/var/log", "/root", "/home", "/srv", "/opt"];

/// What is no state: the system itself, and what may go at any time (hier(7), file-hierarchy(7)).
/// Logs are looked at by a sentinel alone.
const PASSED_OVER: &[&str] =
    &["/nix", "/usr", "/boot", "/run", "/tmp", "/var/tmp", "/var/cache", "/var/log", "/lost+found"];

/// Up to here the content of a file is compared, in MiB.
const LARGE: u32 = 32;

/// More files than these are not told apart by a person.
const MANY: u32 = 20_000;

/// The script that leaves a sentinel in each folder that is there: those that last, and the usual
/// ones on the root, which do not.
pub fn plant(declared: &Declared) -> String {
    let lasting = words(&declared.directories);
    let usual = words(USUAL.iter().filter(|it| !declared.lasts(it)));
    // A folder that is read-only, or another machine's, is known by itself.
    format!(
        "{FUNCTIONS}\
         for folder in {lasting}; do\n\
           if [ ! -d \"$folder\" ]; then say missing \"$folder\"\n\
           elif (: >\"$folder/{SENTINEL}\") 2>/dev/null; then say planted \"$folder\"\n\
           else say lasting \"$folder\" \"$(identity \"$folder\")\"; fi\n\
         done\n\
         root=$(stat -c %d /)\n\
         for folder in {usual}; do\n\
           [ -d \"$folder\" ] && [ \"$(stat -c %d \"$folder/.\")\" = \"$root\" ] || continue\n\
           : >\"$folder/{SENTINEL}\" && say fleeting \"$folder\"\n\
         done\n\
         {files}{inventory}sync",
        files = files(declared),
        inventory = inventory(true),
    )
}

/// The script that looks for all of that, and takes the sentinels away: once the host has started all
/// it will, so that what services make anew is there.
pub fn look(declared: &Declared) -> String {
    let folders =
        words(declared.directories.iter().map(String::as_str).chain(USUAL.iter().copied()));
    format!(
        "{FUNCTIONS}systemctl is-system-running --wait >/dev/null 2>&1\n\
         for folder in {folders}; do\n\
           [ -d \"$folder\" ] && say lasting \"$folder\" \"$(identity \"$folder\")\"\n\
           [ -e \"$folder/{SENTINEL}\" ] && say planted \"$folder\" && rm -f \"$folder/{SENTINEL}\"\n\
         done\n\
         {files}{inventory}true",
        files = files(declared),
        inventory = inventory(false),
    )
}

/// A file is the same while its number and the time of its birth are: one that is made anew has
/// another birth, and on another file system another number.
const FUNCTIONS: &str = "identity() { stat -L -c '%i %W' \"$1\"; }\n\
                         say() { printf '%s\\t%s\\t%s\\n' \"$1\" \"$2\" \"$3\"; }\n";

/// The files that last. Where one is not there yet, a link to its storage is as good.
fn files(declared: &Declared) -> String {
    format!(
        "for file in {}; do\n\
           if [ -e \"$file\" ]; then say file \"$file\" \"$(identity \"$file\")\"\n\
           elif [ -L \"$file\" ]; then say link \"$file\"\n\
           else say missing \"$file\"; fi\n\
         done\n",
        words(&declared.files)
    )
}

/// The files on the root, with sums of their contents, and the folders with owners and modes. Before
/// the reboot, those alone that were written since the boot: by the time of their last change, which
/// cannot be set, and with a minute for a clock that is set after files were made.
fn inventory(since_boot: bool) -> String {
    let passed_over: Vec<String> =
        PASSED_OVER.iter().map(|it| format!("-path {}", word(it))).collect();
    let (begun, newer) = if since_boot {
        ("boot=$(($(sed -n 's/^btime //p' /proc/stat) - 60))\n", "-newerct \"@$boot\" ")
    } else {
        ("", "")
    };
    format!(
        "{begun}find / -xdev \\( {} \\) -prune -o \
         -type d -printf 'folder\\t%p\\t%u %g %m\\n' -o \
         -type f {newer}! -name {SENTINEL} ! -name '*[[:cntrl:]]*' \\( \
         -size -{LARGE}M -exec cksum {{}} + -o -size +{}M -printf '0 large %p\\n' \\) 2>/dev/null | \
         head -n {MANY}\n",
        passed_over.join(" -o "),
        LARGE - 1,
    )
}

fn words<T: AsRef<str>>(paths: impl IntoIterator<Item = T>) -> String {
    let words: Vec<String> = paths.into_iter().map(|it| word(it.as_ref())).collect();
    words.join(" ")
}

/// What the guest answered.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// What is known of paths, by what it is about.
    facts: BTreeMap<String, BTreeMap<String, String>>,
    /// The files on the root, with the sums of their contents.
    pub written: BTreeMap<String, String>,
}

impl Seen {
    /// Reads an answer.
    #[must_use]
    pub fn read(answer: &str) -> Self {
        let mut seen = Self::default();
        for line in answer.lines() {
            if let Some((kind, rest)) = line.split_once('\t') {
                let (path, known) = rest.split_once('\t').unwrap_or((rest, ""));
                let facts = seen.facts.entry(kind.to_owned()).or_default();
                facts.insert(path.to_owned(), known.to_owned());
            } else if let Some((at, _)) = line.match_indices(' ').nth(1) {
                // As cksum(1) has it: the sum, the size, the path.
                seen.written.insert(line[at + 1..].to_owned(), line[..at].to_owned());
            }
        }
        seen
    }

    /// What is known of a path.
    #[must_use]
    pub fn of(&self, kind: &str, path: &str) -> Option<&str> {
        self.facts.get(kind)?.get(path).map(String::as_str)
    }

    /// The paths of a kind.
    pub fn all(&self, kind: &str) -> impl Iterator<Item = &str> {
        self.facts.get(kind).into_iter().flatten().map(|(path, _)| path.as_str())
    }
}
