use super::*;

/// What a publisher does after it has looked: another may have come between.
fn put(folder: &Path, number: &str, head: &str, before: &str) -> Put {
    pipe(staged(number, head, before).path(), sh(folder, number), "sh").unwrap()
}

fn sh(folder: &Path, number: &str) -> Command {
    let mut sh = Command::new("sh");
    sh.args(["-c", PUT, "sh"]).arg(folder).arg(number);
    sh
}

/// A release whose signatures are its head again, after one that has these.
fn staged(number: &str, head: &str, before: &str) -> TempDir {
    let staged = tempfile::tempdir().unwrap();
    let here = |name: &str| staged.path().join(name);
    if !before.is_empty() {
        std::fs::create_dir(here(BETWEEN)).unwrap();
        std::fs::write(here("between/release.json.sig"), format!("{head}{before}")).unwrap();
    }
    for part in ["hosts", &format!("releases/{number}/hosts")] {
        std::fs::create_dir_all(here(part)).unwrap();
    }
    for part in ["", &format!("releases/{number}/")] {
        std::fs::write(here(&format!("{part}release.json")), head).unwrap();
        std::fs::write(here(&format!("{part}release.json.sig")), head).unwrap();
    }
    staged
}

#[test]
fn of_two_who_publish_at_once_one_gets_the_number() {
    let place = tempfile::tempdir().unwrap();
    let read = || std::fs::read_to_string(place.path().join("release.json")).unwrap();
    assert_eq!(put(place.path(), "41", "ann's", ""), Put::Done);
    assert_eq!(put(place.path(), "41", "bob's", ""), Put::Taken);
    assert_eq!(read(), "ann's");
    // The same again, as with one signature more.
    assert_eq!(put(place.path(), "41", "ann's", ""), Put::Done);
    assert_eq!(put(place.path(), "42", "bob's", ""), Put::Done);
    assert_eq!(read(), "bob's");
    let all: Vec<_> = std::fs::read_dir(place.path()).unwrap().collect();
    assert_eq!(all.len(), 4, "{all:?}");
}

/// Whatever it is killed at: the program that is called as the so manieth.
#[test]
fn whoever_is_killed_while_publishing_leaves_a_head_with_its_signatures() {
    let bin = tempfile::tempdir().unwrap();
    let count = bin.path().join("count");
    for program in ["tar", "ln", "mv", "cmp"] {
        let real = process::find(program).unwrap();
        let script = format!(
            "#!/bin/sh\nn=$(cat {count}); echo $((n - 1)) >{count}\n\
             [ $n != 1 ] || kill -9 $PPID\nexec {real} \"$@\"\n",
            count = count.display(),
            real = real.display()
        );
        let file = bin.path().join(program);
        std::fs::write(&file, script).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&file, mode).unwrap();
    }
    let path = format!("{}:{}", bin.path().display(), std::env::var("PATH").unwrap());
    let mut killed = 0;
    for at in 1.. {
        let place = tempfile::tempdir().unwrap();
        let read = |name: &str| std::fs::read_to_string(place.path().join(name)).unwrap();
        assert_eq!(put(place.path(), "41", "old", ""), Put::Done);
        std::fs::write(&count, at.to_string()).unwrap();
        let mut sh = sh(place.path(), "42");
        sh.env("PATH", &path);
        let done = pipe(staged("42", "new", "old").path(), sh, "sh");
        assert!(read("release.json.sig").contains(&read("release.json")), "killed at {at}");
        // The next to come finds nothing in its way.
        assert_eq!(put(place.path(), "42", "new", "old"), Put::Done, "killed at {at}");
        assert_eq!((read("release.json"), read("release.json.sig")), ("new".into(), "new".into()));
        if done.is_ok() {
            break;
        }
        killed += 1;
    }
    assert!(killed > 5, "{killed}");
}

#[test]
fn a_full_disk_is_told_though_tar_says_more_after_it() {
    let full = "tar: ./x: Cannot write: No space left on device\ntar: Exiting with failure status due to previous errors\n";
    let mut sh = Command::new("sh");
    let output = sh.args(["-c", "printf %s \"$1\" >&2; exit 2", "sh", full]).output().unwrap();
    let told = said("sh", &output).unwrap_err().to_string();
    assert!(told.contains("Cannot write: No space left on device"), "{told}");
}

#[test]
fn of_many_at_once_exactly_one_gets_the_number() {
    let place = tempfile::tempdir().unwrap();
    let heads: Vec<String> = (0..8).map(|it| format!("head {it}")).collect();
    let done = crate::side_by_side::each(&heads, 8, |head| put(place.path(), "7", head, ""));
    assert_eq!(done.iter().filter(|it| **it == Put::Done).count(), 1, "{done:?}");
}
