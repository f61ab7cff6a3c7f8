//! What holds for any input, however hostile.

mod world;

use std::sync::LazyLock;

use nixfleet_release::plan::{Share, Span, Window};
use nixfleet_release::{Document, Entry, Head, Key, NarHash, Signatures};
use proptest::prelude::*;
use world::{Signer, bytes, entry, head, signed, signers, trust};

static HEAD: LazyLock<Vec<u8>> = LazyLock::new(|| bytes(&head(41, &signers(2, &[1, 2, 3]))));
static SIGNATURES: LazyLock<Vec<u8>> = LazyLock::new(|| signed(&HEAD, &[1, 2]));

proptest! {
    #[test]
    fn any_bytes_are_a_file_or_a_sentence(file: Vec<u8>) {
        let _ = Document::<Head>::read(file.clone());
        let _ = Document::<Entry>::read(file.clone());
        let _ = Signatures::read(&file);
    }

    #[test]
    fn any_text_is_a_value_or_a_sentence(text in "\\PC{0,40}") {
        let sentences = [
            text.parse::<Key>().err().map(|it| it.to_string()),
            text.parse::<Share>().err().map(|it| it.to_string()),
            text.parse::<Span>().err().map(|it| it.to_string()),
            text.parse::<Window>().err().map(|it| it.to_string()),
            text.parse::<NarHash>().err().map(|it| it.to_string()),
        ];
        for sentence in sentences.into_iter().flatten() {
            prop_assert!(!sentence.chars().any(char::is_control));
        }
    }

    #[test]
    fn what_is_written_is_read_as_it_was(tags in prop::collection::vec("[a-z]{1,9}", 0..5), size: Option<u64>) {
        let entry = Entry { tags, closure_size: size, ..entry("web-01") };
        let written = Document::write(&entry).unwrap();
        let read = Document::<Entry>::read(written.bytes().to_vec()).unwrap();
        prop_assert_eq!(read.value(), &entry);
        prop_assert_eq!(read.hash(), written.hash());
    }

    #[test]
    fn a_length_of_time_is_written_as_it_is_read(days in 0..365_u64, seconds in 0..86_400_u64) {
        let span: Span = format!("{days}d{seconds}s").parse().unwrap();
        prop_assert_eq!(span.to_string().parse::<Span>().unwrap(), span);
        prop_assert_eq!(span.get().as_secs(), days * 86_400 + seconds);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Every bit of the head counts.
    #[test]
    fn a_head_with_another_byte_is_not_taken(at in 0..HEAD.len(), bit in 0..8_u8) {
        let mut head = HEAD.clone();
        head[at] ^= 1 << bit;
        prop_assert!(trust(signers(2, &[1, 2, 3]), None).admit(head, &SIGNATURES, &[]).is_err());
    }

    #[test]
    fn so_many_different_trusted_keys_and_no_fewer(
        signed_by in prop::collection::vec(1..6_u8, 0..6), threshold in 1..5_usize,
    ) {
        let trusted = signers(threshold, &[1, 2, 3, 4]);
        let head = bytes(&head(41, &trusted));
        let mut different: Vec<u8> = signed_by.iter().copied().filter(|it| *it <= 4).collect();
        different.sort_unstable();
        different.dedup();
        let taken = trust(trusted, None).admit(head.clone(), &signed(&head, &signed_by), &[]);
        prop_assert_eq!(taken.is_ok(), different.len() >= threshold);
    }

    /// Whatever comes in whatever order, what was seen only grows, and no number is seen twice with
    /// other bytes.
    #[test]
    fn what_was_seen_only_grows(offers in prop::collection::vec((1..6_u64, 0..3_u8), 1..12)) {
        let one = signers(1, &[1]);
        let mut trust = trust(one.clone(), None);
        for (sequence, variant) in offers {
            let revision = Some(variant.to_string());
            let head = bytes(&Head { revision, ..head(sequence, &one) });
            let signature = Signer::new(1).sign(&head);
            let before = trust.seen;
            if let Ok(admitted) = trust.admit(head, signature.as_bytes(), &[]) {
                trust = admitted.trust_after(&trust);
            }
            if let (Some(before), Some(after)) = (before, trust.seen) {
                prop_assert!(after.sequence > before.sequence || after == before);
            }
        }
    }
}
