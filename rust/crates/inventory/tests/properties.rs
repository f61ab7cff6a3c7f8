//! What holds for any input, however hostile.

use nixfleet_inventory::keys::{KeyError, PublicKey, read_public_half};
use nixfleet_inventory::{Flake, Inventory};
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
    fn any_line_is_a_key_or_an_error(line: String) {
        let _ = PublicKey::parse(&line);
    }

    #[test]
    fn a_key_that_is_cut_off_is_an_error(length in 0..80usize) {
        prop_assert!(PublicKey::parse(&KEY[..length]).is_err());
    }

    #[test]
    fn what_is_no_option_of_openssh_makes_no_key(word in "[a-z0-9.]{1,15}x(=\"[a-z ,]{0,9}\")?") {
        let key = PublicKey::parse(&format!("{word} {KEY}"));
        let first = word.split('=').next().unwrap();
        prop_assume!(!["ssh-", "sk-"].iter().any(|it| word.starts_with(it)) && first != "pty");
        prop_assert_eq!(key, Err(KeyError::Option(word)));
    }

    #[test]
    fn a_private_key_is_told_by_either_of_its_first_lines(line in 0..2usize) {
        let text = std::str::from_utf8(PRIVATE).unwrap().lines().nth(line).unwrap();
        prop_assert_eq!(PublicKey::parse(text).unwrap_err(), KeyError::Private);
    }

    #[test]
    fn options_and_comments_make_no_other_key(
        option in "(restrict|no-pty|Command|environment|from)(=\"[a-z ,\\\\]{0,9}x\")?(,pty)?",
        comment in "[a-zA-Z@ ]{0,20}",
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
    fn any_text_is_a_reference(text: String) {
        let _ = Flake::new(&text).folder();
    }
}
