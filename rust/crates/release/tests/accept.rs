//! What a host takes, and with which sentence it refuses the rest.

mod world;

use nixfleet_release::{
    DEPTH, Document, ENTRY_BYTES, Entry, HEAD_BYTES, Head, Refusal, SIGNATURES_BYTES, Seen, Signers,
};
use world::{Hardware, Signer, at, bytes, entry, head, signed, signers, trust};

fn refusal(seen: Option<u64>, trusted: Signers, head: &[u8], signatures: &[u8]) -> String {
    trust(trusted, seen).admit(head.to_vec(), signatures, &[]).unwrap_err().to_string()
}

#[track_caller]
fn has(sentence: &str, words: &str) {
    assert!(sentence.contains(words), "{sentence}");
}

#[test]
fn a_release_by_a_trusted_key_is_taken_and_becomes_what_was_seen() {
    let one = signers(1, &[1, 2]);
    let head = head(41, &one);
    let (bytes, before) = (bytes(&head), trust(one, Some(40)));
    let admitted = before.admit(bytes.clone(), &signed(&bytes, &[2]), &[]).unwrap();
    assert!(admitted.is_news());
    assert_eq!(admitted.signed_by(), [Signer::new(2).key()]);
    let after = admitted.trust_after(&before);
    assert_eq!(after.seen, Some(Seen { sequence: 41, hash: admitted.head().hash() }));
    let again = after.admit(bytes.clone(), &signed(&bytes, &[2]), &[]).unwrap();
    assert!(!again.is_news());
}

#[test]
fn it_takes_as_many_different_keys_as_the_threshold_says() {
    let two = signers(2, &[1, 2, 3]);
    let head = bytes(&head(41, &two));
    for (seeds, words) in [
        (&[1_u8][..], "it takes 2 of 3 different keys, and SHA256:"),
        (&[1, 1, 1], "it takes 2 of 3 different keys, and SHA256:"),
        (&[8, 9], "and none of them signed it; one is by SHA256:"),
        (&[1, 9], "; one is by SHA256:"),
    ] {
        has(&refusal(None, two.clone(), &head, &signed(&head, seeds)), words);
    }
    assert!(trust(two.clone(), None).admit(head.clone(), &signed(&head, &[3, 1]), &[]).is_ok());
    // A key that is listed twice is one key.
    let twice = signers(2, &[1, 1, 2]);
    has(&refusal(None, twice, &head, &signed(&head, &[1, 1])), "it takes 2 of 2 different keys");
}

#[test]
fn a_threshold_of_none_is_one() {
    let mut nobody = signers(1, &[1]);
    let head = bytes(&head(41, &nobody));
    nobody.threshold = 0;
    has(
        &refusal(None, nobody, &head, &signed(&head, &[9])),
        "that are trusted: it takes 1 of 1 key, and none",
    );
}

#[test]
fn a_signature_counts_for_a_release_and_for_these_bytes_alone() {
    let one = signers(1, &[1]);
    let head = bytes(&head(41, &one));
    let other = Signer::new(1).sign_for("git", &head).into_bytes();
    has(&refusal(None, one.clone(), &head, &other), "is for `git`, not `nixfleet-release@1`");
    let of_other_bytes = signed(b"other", &[1]);
    has(&refusal(None, one.clone(), &head, &of_other_bytes), "is not over these bytes");
    let mut longer = head.clone();
    longer.push(b'\n');
    has(&refusal(None, one, &longer, &signed(&head, &[1])), "is not over these bytes");
}

#[test]
fn a_security_key_has_to_be_touched() {
    let me = Hardware::new(7);
    let trusted = Signers { keys: vec![me.key()], threshold: 1 };
    let head = bytes(&head(41, &trusted));
    has(&refusal(None, trusted.clone(), &head, me.sign(&head, 0).as_bytes()), "without a touch");
    // Verified by a fingerprint or a number (bit 2), and still not touched.
    has(&refusal(None, trusted.clone(), &head, me.sign(&head, 4).as_bytes()), "without a touch");
    // The flag is signed: to set it afterwards breaks the signature.
    let forged = Hardware::new(8).sign(&head, 1);
    has(&refusal(None, trusted.clone(), &head, forged.as_bytes()), "one is by SHA256:");
    for flags in [1, 5] {
        let signature = me.sign(&head, flags);
        assert!(
            trust(trusted.clone(), None).admit(head.clone(), signature.as_bytes(), &[]).is_ok()
        );
    }
}

#[test]
fn an_older_release_is_refused_and_two_of_one_number_are_told_as_an_attack() {
    let one = signers(1, &[1]);
    let head = bytes(&head(41, &one));
    let signatures = signed(&head, &[1]);
    has(&refusal(Some(42), one.clone(), &head, &signatures), "release 41 is older than 42");
    let attack = trust(one.clone(), Some(41)).admit(head.clone(), &signatures, &[]).unwrap_err();
    assert!(attack.is_attack());
    has(&attack.to_string(), "ATTACK? there are two different releases 41");
    let mut low = trust(one, None);
    low.floor = 42;
    let refusal = low.admit(head, &signatures, &[]).unwrap_err();
    has(&refusal.to_string(), "release 41 is below 42");
    assert!(!refusal.is_attack());
}

#[test]
fn a_release_of_another_fleet_is_refused() {
    let one = signers(1, &[1]);
    let other = bytes(&Head { fleet: "other".to_owned(), ..head(41, &one) });
    let signatures = signed(&other, &[1]);
    has(&refusal(None, one, &other, &signatures), "of the fleet `other`, and not of `demo`");
}

#[test]
fn a_change_of_keys_takes_the_old_ones_and_the_new_ones() {
    let (old, new) = (signers(2, &[1, 2]), signers(2, &[2, 3]));
    let head = bytes(&head(41, &new));
    let refused = |seeds: &[u8]| refusal(None, old.clone(), &head, &signed(&head, seeds));
    has(&refused(&[2, 3]), "not signed by enough of the keys that are trusted");
    has(&refused(&[1, 2]), "changes the keys, and not enough of the new ones signed it");
    let before = trust(old.clone(), Some(40));
    let admitted = before.admit(head.clone(), &signed(&head, &[1, 2, 3]), &[]).unwrap();
    assert_eq!(admitted.signed_by().len(), 3);
    assert_eq!(admitted.trust_after(&before).signers, new);
    // Fewer keys needed than before is a change too.
    let weaker = bytes(&world::head(41, &signers(1, &[1, 2])));
    has(&refusal(None, old, &weaker, &signed(&weaker, &[1])), "that are trusted");
}

#[test]
fn a_host_that_missed_a_change_of_keys_follows_it() {
    let (first, second, third) = (signers(1, &[1]), signers(1, &[2]), signers(1, &[3]));
    let change = bytes(&head(41, &second));
    let last = bytes(&head(42, &third));
    let before = trust(first, Some(40));
    let signatures = signed(&last, &[2, 3]);
    assert!(before.admit(last.clone(), &signatures, &[]).is_err());
    let between = before.follow(change.clone(), &signed(&change, &[1, 2])).unwrap();
    let admitted = between.admit(last, &signatures, &[]).unwrap();
    assert_eq!(admitted.trust_after(&between).signers, third);
    assert!(before.follow(change.clone(), &signed(&change, &[2])).is_err());

    // The head says which changes there were; one that was seen, or is not there, is none to follow.
    let last = bytes(&Head { rotations: vec![40, 41], ..head(42, &third) });
    let file = |name: &str, _| match name {
        "rotations/41.json" => Some(change.clone()),
        "rotations/41.json.sig" => Some(signed(&change, &[1, 2])),
        _ => None,
    };
    assert_eq!(before.follow_all(&last, file).unwrap().signers, second);
    assert!(before.follow_all(&last, |_, _| None).is_none());
    assert!(between.follow_all(&last, file).is_none());
}

#[test]
fn no_clock_locks_a_host_out() {
    let one = signers(1, &[1]);
    let short = Head { expires: Some(at("2026-02-10T00:00:00Z")), ..head(41, &one) };
    let head = bytes(&short);
    let admit = |clocks: &[&str]| {
        let clocks: Vec<_> = clocks.iter().map(|it| at(it)).collect();
        trust(one.clone(), Some(40)).admit(head.clone(), &signed(&head, &[1]), &clocks)
    };
    assert!(admit(&["2026-02-09T23:59:59Z"]).is_ok());
    let refusal = admit(&["2026-02-10T00:00:00Z"]).unwrap_err().to_string();
    has(&refusal, "release 41 expired on 2026-02-10T00:00:00Z, and it is 2026-02-10");
    // A clock that begins at 1970 and a system that was built later: the later counts.
    assert!(admit(&["1970-01-01T00:00:00Z", "2026-03-01T00:00:00Z"]).is_err());
    assert!(admit(&["1970-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]).is_ok());
    assert!(admit(&["2099-01-01T00:00:00Z"]).is_ok());
    assert!(admit(&["2099-01-01T00:00:00Z", "2026-03-01T00:00:00Z"]).is_err());
}

#[test]
fn a_host_goes_on_with_an_expired_release_that_it_has_taken() {
    let one = signers(1, &[1]);
    let head = bytes(&Head { expires: Some(at("2026-02-10T00:00:00Z")), ..head(41, &one) });
    let (signatures, before) = (signed(&head, &[1]), trust(one, Some(40)));
    let after = before.admit(head.clone(), &signatures, &[]).unwrap().trust_after(&before);
    assert!(!after.admit(head, &signatures, &[at("2026-03-01T00:00:00Z")]).unwrap().is_news());
}

#[test]
fn an_entry_is_the_signed_one_of_this_host_by_its_name_and_its_key() {
    let one = signers(1, &[1]);
    let mut head = head(41, &one);
    let stolen = Document::write(&entry("web-01")).unwrap();
    head.hosts.insert("web-02".to_owned(), stolen.hash());
    let (head, host_key) = (bytes(&head), Signer::new(100).key());
    let admitted = trust(one, None).admit(head.clone(), &signed(&head, &[1]), &[]).unwrap();
    let file = stolen.bytes().to_vec();
    let ask = |name: &str, keys: &[_], file: &[u8]| admitted.entry(name, keys, file.to_vec());
    let keys = [Signer::new(99).key(), host_key];
    assert_eq!(ask("web-01", &keys, &file).unwrap().value().system.as_str(), world::SYSTEM);
    let error = |it: Result<Document<Entry>, Refusal>| it.unwrap_err().to_string();
    has(&error(ask("db-01", &keys, &file)), "release 41 has no host `db-01`");
    has(
        &error(ask("web-02", &keys, &file)),
        "the entry is of the host `web-01`, and this is `web-02`",
    );
    has(&error(ask("web-01", &keys[..1], &file)), "and this machine has another");
    has(&error(ask("web-01", &keys, &file[1..])), "is not the one of release 41");
    has(&error(ask("web-01", &keys, &vec![b' '; ENTRY_BYTES + 1])), "is not the one of release 41");
}

#[test]
fn what_is_huge_deep_or_of_a_format_to_come_is_refused_in_words() {
    let one = signers(1, &[1]);
    let refused = |head: &[u8]| refusal(None, one.clone(), head, &signed(head, &[1]));
    has(&refused(&vec![b' '; HEAD_BYTES + 1]), "`release.json` has 4194305 bytes, and 4194304");
    let deep = format!(r#"{{"format":1,"x":{}"#, "[".repeat(DEPTH));
    has(&refused(deep.as_bytes()), "nested deeper than 16");
    has(&refused(br#"{"format":2,"surprise":true}"#), "is of format 2, and this program reads 1");
    has(&refused(b"<!doctype html>"), "`release.json` can't be read: expected value at line 1");
    has(&refused(b"{}"), "missing field `format`");
    let many = vec![b'\n'; SIGNATURES_BYTES + 1];
    has(&refusal(None, one.clone(), b"{}", &many), "`release.json.sig` has 65537 bytes");
    let seventeen = signed(b"{}", &[1; 17]);
    has(&refusal(None, one.clone(), b"{}", &seventeen), "more than 16 signatures");
    has(&refusal(None, one.clone(), b"{}", b"hello"), "has no SSH signature");
    let cut = &signed(b"{}", &[1])[..100];
    has(&refusal(None, one, b"{}", cut), "signature 1 in `release.json.sig` is damaged");
}

#[test]
fn unknown_fields_are_ignored_and_unknown_values_are_not() {
    let text = String::from_utf8(bytes(&head(41, &signers(1, &[1])))).unwrap();
    let read =
        |text: String| Document::<Head>::read(text.into_bytes()).map_err(|it| it.to_string());
    let newer = text.replacen('{', r#"{"later":{"a":[1]},"#, 1);
    assert_eq!(read(newer).unwrap().value(), read(text.clone()).unwrap().value());
    let odd = text.replace(r#""onFailure":"halt""#, r#""onFailure":"explode""#);
    has(&read(odd).unwrap_err(), "unknown variant `explode`");
    let twice =
        text.replace(r#""hosts":{"#, &format!(r#""hosts":{{"web-01":"{}","#, "A".repeat(43)));
    has(&read(twice).unwrap_err(), "`web-01` comes twice");
    let outside = text.replace(r#""web-01":"#, r#""../web":"#);
    has(&read(outside).unwrap_err(), "`../web` is no name of a host");
    let nobody = text.replace(r#""threshold":1"#, r#""threshold":2"#);
    has(&read(nobody).unwrap_err(), "`threshold` is 2, and there are 1 key");
}
