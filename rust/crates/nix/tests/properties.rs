//! What holds for any input, however hostile.

use nixfleet_nix::{Cause, StorePath, visible};
use proptest::prelude::*;

proptest! {
    #[test]
    fn what_is_visible_is_visible_again(text: String) {
        let once = visible(&text).into_owned();
        prop_assert_eq!(visible(&once), once.as_str());
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
        let _ = cause.missing_file();
    }
}
