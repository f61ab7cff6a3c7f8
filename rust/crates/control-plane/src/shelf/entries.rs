//! What a release says of each of its hosts, read by as many threads as there are processors: hosts wait
//! for it, and it is most of the work that a release makes.

use std::num::NonZero;
use std::thread;

use nixfleet_release::{Document, Entry, Hash, Head, entry_file};

use super::Files;

/// The fewest entries that are worth a thread of their own.
const FEW: usize = 500;

/// Each host that a release signed, with its entry, or what is wrong with that; by name.
pub(super) fn read<'a>(head: &'a Head, files: &Files) -> Vec<(&'a String, Result<Entry, String>)> {
    let hosts: Vec<(&String, &Hash)> = head.hosts.iter().collect();
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let each = hosts.len().div_ceil(threads).max(FEW);
    let some = |hosts: &[(&'a String, &Hash)]| -> Vec<_> {
        hosts.iter().map(|(name, signed)| (*name, entry(name, signed, files))).collect()
    };
    thread::scope(|all| {
        let mut parts = hosts.chunks(each);
        let first = parts.next().unwrap_or_default();
        let begin = |it| (it, thread::Builder::new().spawn_scoped(all, move || some(it)).ok());
        let others: Vec<_> = parts.map(begin).collect();
        let mut read = some(first);
        for (hosts, other) in others {
            // Where there is no thread to be had, this one reads all.
            let entries = other.and_then(|it| it.join().ok());
            read.extend(entries.unwrap_or_else(|| some(hosts)));
        }
        read
    })
}

fn entry(name: &str, signed: &Hash, files: &Files) -> Result<Entry, String> {
    let file = entry_file(name);
    let Some(bytes) = files.get(&file) else { return Err(format!("`{file}` is missing")) };
    if Hash::of(bytes) != *signed {
        return Err(format!("`{file}` is not the one that was signed"));
    }
    let entry = Document::<Entry>::said(bytes).map_err(|why| format!("`{file}`: {why}"))?;
    if entry.name == name {
        Ok(entry)
    } else {
        Err(format!("`{file}` is of the host `{}`", entry.name))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use nixfleet_release::{FORMAT, Signers};

    use super::*;

    #[test]
    fn each_is_read_by_name_whatever_thread_reads_it() {
        let (mut files, mut hosts) = (Files::new(), BTreeMap::new());
        for number in 0..=3 * FEW {
            let name = format!("web-{number:05}");
            let entry = Document::write(&Entry {
                format: FORMAT,
                name: name.clone(),
                host_key: None,
                platform: "x86_64-linux".into(),
                system: "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nixos".parse().unwrap(),
                closure: Hash::of(b"closure"),
                closure_size: None,
                wave: None,
                tags: vec![],
                salt: "salt".into(),
            })
            .unwrap();
            hosts.insert(name.clone(), entry.hash());
            files.insert(entry_file(&name), entry.bytes().to_vec().into());
        }
        // The first, one in the middle and the last are not what was signed.
        let first = files["hosts/web-00000.json"].clone();
        files.remove("hosts/web-00000.json");
        files.insert("hosts/web-00700.json".into(), first.clone());
        hosts.insert("web-01500".into(), Hash::of(&first));
        files.insert("hosts/web-01500.json".into(), first);
        let head = Head {
            format: FORMAT,
            fleet: "home".into(),
            sequence: 1,
            created: jiff::Timestamp::UNIX_EPOCH,
            expires: None,
            previous: None,
            revision: None,
            signers: Signers { keys: vec![], threshold: 1 },
            rotations: vec![],
            caches: vec![],
            waves: vec![],
            budgets: vec![],
            on_failure: nixfleet_release::plan::OnFailure::Halt,
            hosts,
        };
        let read = read(&head, &files);
        assert!(read.iter().map(|it| it.0).eq(head.hosts.keys()));
        let wrong: Vec<_> = read.iter().filter_map(|it| it.1.as_ref().err()).collect();
        assert_eq!(
            wrong,
            [
                "`hosts/web-00000.json` is missing",
                "`hosts/web-00700.json` is not the one that was signed",
                "`hosts/web-01500.json` is of the host `web-00000`",
            ]
        );
    }
}
