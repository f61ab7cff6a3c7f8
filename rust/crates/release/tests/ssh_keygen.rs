//! Both ways with the real `ssh-keygen`: what it signs is taken, and it verifies what we make.

#[path = "world/security_key.rs"]
mod security_key;
mod world;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use nixfleet_release::{Head, Key, KeyError, NAMESPACE, Signatures, Signers};
use tempfile::TempDir;
use world::{Hardware, Signer, bytes, head, signers, trust};

/// The types that sign, with the bits of each.
const TYPES: [(&str, &str); 6] = [
    ("ed25519", "256"),
    ("ecdsa", "256"),
    ("ecdsa", "384"),
    ("ecdsa", "521"),
    ("rsa", "2048"),
    ("rsa", "4096"),
];

fn ssh_keygen(folder: &Path, args: &[&str], stdin: &[u8]) -> Output {
    fed(Command::new("ssh-keygen").current_dir(folder).args(args), stdin)
}

fn fed(command: &mut Command, stdin: &[u8]) -> Output {
    command.env_remove("SSH_AUTH_SOCK");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("ssh-keygen");
    child.stdin.take().unwrap().write_all(stdin).unwrap();
    child.wait_with_output().unwrap()
}

#[track_caller]
fn succeeds(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn key_of(folder: &Path, kind: &str, bits: &str) -> (PathBuf, Key) {
    let file = format!("{kind}-{bits}");
    succeeds(&ssh_keygen(folder, &["-q", "-t", kind, "-b", bits, "-N", "", "-f", &file], b""));
    let line = fs::read_to_string(folder.join(format!("{file}.pub"))).unwrap();
    (folder.join(file), line.parse().unwrap())
}

#[test]
fn what_ssh_keygen_signs_is_taken_whatever_the_type_of_key() {
    let folder = TempDir::new().unwrap();
    for (kind, bits) in TYPES {
        let (file, key) = key_of(folder.path(), kind, bits);
        let trusted = Signers { keys: vec![key.clone()], threshold: 1 };
        let head = bytes(&head(41, &trusted));
        let sign = ["-q", "-Y", "sign", "-n", NAMESPACE, "-f", file.to_str().unwrap()];
        let signed = ssh_keygen(folder.path(), &sign, &head);
        succeeds(&signed);
        let admitted = trust(trusted.clone(), None).admit(head.clone(), &signed.stdout, &[]);
        assert_eq!(admitted.unwrap().signed_by(), [key], "{kind} {bits}");
        // SHA-256 as the hash of the message is as good.
        let sign = [&sign[..], &["-O", "hashalg=sha256"]].concat();
        let signed = ssh_keygen(folder.path(), &sign, &head);
        assert!(trust(trusted, None).admit(head, &signed.stdout, &[]).is_ok());
    }
}

#[test]
fn ssh_keygen_verifies_what_we_take() {
    let folder = TempDir::new().unwrap();
    let me = Hardware::new(7);
    let lines = [Signer::new(1).key().line().to_owned(), me.line()];
    let allowed: Vec<String> =
        lines.iter().map(|it| format!("releases namespaces=\"{NAMESPACE}\" {it}\n")).collect();
    fs::write(folder.path().join("allowed"), allowed.concat()).unwrap();
    let head = bytes(&head(41, &signers(1, &[1])));
    for (signature, theirs, ours) in [
        (Signer::new(1).sign(&head), true, true),
        (Signer::new(2).sign(&head), false, false),
        (Signer::new(1).sign_for("git", &head), false, false),
        (me.sign(&head, 1), true, true),
        // `ssh-keygen` does not look whether the key was touched (tried with OpenSSH 9.2).
        (me.sign(&head, 0), true, false),
    ] {
        fs::write(folder.path().join("sig"), &signature).unwrap();
        let verify =
            ["-Y", "verify", "-f", "allowed", "-I", "releases", "-n", NAMESPACE, "-s", "sig"];
        let verified = ssh_keygen(folder.path(), &verify, &head);
        assert_eq!(verified.status.success(), theirs, "{signature}");
        let keys = [Signer::new(1).key(), me.key()];
        let read = Signatures::read(signature.as_bytes()).unwrap();
        assert_eq!(read.by(&keys, &head).0.len(), usize::from(ours), "{signature}");
    }
}

#[test]
fn an_rsa_key_that_is_too_short_or_too_long_signs_nothing() {
    let folder = TempDir::new().unwrap();
    for bits in ["1024", "5120"] {
        let made =
            ssh_keygen(folder.path(), &["-q", "-t", "rsa", "-b", bits, "-N", "", "-f", bits], b"");
        succeeds(&made);
        let line = fs::read_to_string(folder.path().join(format!("{bits}.pub"))).unwrap();
        assert_eq!(line.parse::<Key>(), Err(KeyError::RsaBits(bits.parse().unwrap())));
    }
}

/// What OpenSSH asks of a security key, answered by one in software.
#[test]
fn a_security_key_signs_where_it_is_touched_whatever_its_own_settings_say() {
    let (folder, provider) = (TempDir::new().unwrap(), security_key::built());
    let run = |args: &[&str], stdin: &[u8]| {
        let mut command = Command::new("ssh-keygen");
        command.env("SSH_SK_PROVIDER", &provider).arg("-q").args(args);
        fed(command.current_dir(folder.path()), stdin)
    };
    for kind in ["ed25519-sk", "ecdsa-sk"] {
        for (settings, is_taken) in [(&[][..], true), (&["-O", "no-touch-required"], false)] {
            let file = format!("{kind}-{is_taken}");
            let make = [&["-t", kind, "-N", "", "-f", &file], settings].concat();
            succeeds(&run(&make, b""));
            let line = fs::read_to_string(folder.path().join(format!("{file}.pub"))).unwrap();
            let key: Key = line.parse().unwrap();
            assert!(key.is_hardware(), "{line}");
            let trusted = Signers { keys: vec![key.clone()], threshold: 1 };
            let head = bytes(&head(41, &trusted));
            let signed = run(&["-Y", "sign", "-n", NAMESPACE, "-f", &file], &head);
            succeeds(&signed);
            let admitted = trust(trusted, None).admit(head, &signed.stdout, &[]);
            match admitted {
                Ok(it) => assert!(is_taken && it.signed_by() == [key], "{file}"),
                Err(why) => {
                    assert!(!is_taken && why.to_string().contains("without a touch"), "{why}");
                }
            }
        }
    }
}

#[test]
fn signatures_of_several_people_stand_one_below_the_other() {
    let folder = TempDir::new().unwrap();
    let (ed25519, rsa) =
        (key_of(folder.path(), "ed25519", "256"), key_of(folder.path(), "rsa", "2048"));
    let both = Signers { keys: vec![ed25519.1, rsa.1], threshold: 2 };
    let head: Vec<u8> = bytes(&Head { revision: Some("4f41f60".to_owned()), ..head(1, &both) });
    let mut signatures = Vec::new();
    for file in [&rsa.0, &ed25519.0] {
        let sign = ["-q", "-Y", "sign", "-n", NAMESPACE, "-f", file.to_str().unwrap()];
        signatures.extend(ssh_keygen(folder.path(), &sign, &head).stdout);
    }
    assert_eq!(Signatures::read(&signatures).unwrap().count(), 2);
    assert!(trust(both, None).admit(head, &signatures, &[]).is_ok());
}
