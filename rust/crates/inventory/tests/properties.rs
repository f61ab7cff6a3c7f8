//! What holds for any input, however hostile.

use nixfleet_inventory::keys::{KeyError, PublicKey, read_public_half};
use nixfleet_inventory::{Cause, Flake, Inventory, StorePath, visible};
use proptest::prelude::*;

const KEY: &str = include_str!("keys/ed25519.pub");
const PRIVATE: &[u8] = include_bytes!("keys/ed25519");

proptest! {
    #[test]
    fn any_bytes_are_an_inventory_or_an_error(bytes: Vec<u8>) {
        let _ = Inventory::parse(&bytes, "test");
    }

    #[test]
    fn deep_nesting_is_an_error(depth in 200..20_000usize) {
        let json = format!(r#"{{ "apiVersion": 1, "hosts": {} }}"#, "[".repeat(depth));
        prop_assert!(Inventory::parse(json.as_bytes(), "test").is_err());
    }

    #[test]
    fn what_is_visible_is_visible_again(text: String) {
        let once = visible(&text).into_owned();
        prop_assert_eq!(visible(&once), once.as_str());
    }

    #[test]
    fn any_line_is_a_key_or_an_error(line: String) {
        let _ = PublicKey::parse(&line);
    }

    #[test]
    fn a_key_that_is_cut_off_is_an_error(length in 0..80usize) {
        prop_assert!(PublicKey::parse(&KEY[..length]).is_err());
    }

    #[test]
    fn a_private_key_is_told_by_either_of_its_first_lines(line in 0..2usize) {
        let text = std::str::from_utf8(PRIVATE).unwrap().lines().nth(line).unwrap();
        prop_assert_eq!(PublicKey::parse(text).unwrap_err(), KeyError::Private);
    }

    #[test]
    fn options_and_comments_make_no_other_key(
        option in "[a-z-]{1,10}(=\"[a-z ,\\\\]{0,9}x\")?", comment in "[a-zA-Z@ ]{0,20}",
    ) {
        let key = KEY.rsplit_once(' ').unwrap().0;
        let other = PublicKey::parse(&format!("{option} {key} {comment}")).unwrap();
        prop_assert_eq!(&other, &PublicKey::parse(KEY).unwrap());
        prop_assert_eq!(other.comment(), comment.trim());
    }

    #[test]
    fn a_damaged_key_file_is_none_or_another_key(at in 0..PRIVATE.len(), byte: u8) {
        let mut file = PRIVATE.to_vec();
        file[at] = byte;
        let _ = read_public_half(&mut file.as_slice());
    }

    #[test]
    fn a_store_path_is_what_it_was_read_from(
        hash in "[0-9abcdfghijklmnpqrsvwxyz]{32}", name in "[a-zA-Z0-9+._?=-]{1,40}",
    ) {
        let text = format!("/nix/store/{hash}-{name}");
        let path: StorePath = text.parse().unwrap();
        prop_assert_eq!(path.as_str(), &text);
        prop_assert_eq!((path.hash(), path.name()), (hash.as_str(), name.as_str()));
        let below = format!("{text}/x");
        prop_assert!(below.parse::<StorePath>().is_err());
    }

    #[test]
    fn any_error_output_has_a_cause_that_is_safe_to_show(text: String) {
        let cause = Cause::find(&text);
        prop_assert!(!cause.message.contains(|c: char| c.is_control() && c != '\n'));
        let _ = (cause.missing_file(), Flake::new(&text).folder());
    }
}
