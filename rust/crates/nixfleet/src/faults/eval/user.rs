//! What NixOS says of a user that is of no kind or of no group (nixpkgs,
//! `nixos/modules/config/users-groups.nix`).

use crate::text::quote::quote_path;

/// The user that is neither a person nor a program, or both.
fn without_kind(message: &str) -> Option<&str> {
    let user = message.strip_prefix("Exactly one of users.users.")?;
    user.split_once(".isSystemUser and users.users.").map(|it| it.0)
}

fn without_group(message: &str) -> Option<&str> {
    message.strip_prefix("users.users.")?.split_once(".group is unset.").map(|it| it.0)
}

/// Whether a message is of the group of a user whose kind, which decides on the group, another asks for.
pub fn is_told_by(message: &str, others: &[String]) -> bool {
    let user = without_group(message);
    user.is_some() && others.iter().any(|it| without_kind(it) == user)
}

/// What to write.
pub fn cure(message: &str) -> Option<String> {
    let set = |user: &str, rest: &str| quote_path(&format!("users.users.{user}.{rest}"));
    if let Some(user) = without_kind(message) {
        return Some(format!(
            "write one of them: {} for a person, {} and a `group` for a program",
            set(user, "isNormalUser = true;"),
            set(user, "isSystemUser = true;")
        ));
    }
    let user = without_group(message)?;
    let group = quote_path(&format!("users.groups.{user} = {{ }};"));
    Some(format!("write {} and {group}", set(user, &format!("group = \"{user}\";"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_without_a_kind_is_told_once() {
        let kind = "Exactly one of users.users.a.b.isSystemUser and users.users.a.b.isNormalUser must be set.";
        let group = "users.users.a.b.group is unset. This used to default to\nnogroup";
        let all = [kind.to_owned(), group.to_owned()];
        assert!(is_told_by(group, &all) && !is_told_by(kind, &all));
        assert!(
            !is_told_by("users.users.a.group is unset.", &all) && !is_told_by(group, &all[1..])
        );
        assert!(
            cure(kind).unwrap().starts_with("write one of them: `users.users.a.b.isNormalUser")
        );
        let cure_of_group = cure(group).unwrap();
        assert!(cure_of_group.ends_with("and `users.groups.a.b = { };`"), "{cure_of_group}");
        assert_eq!(cure("users.users.a.shell is unset."), None);
    }
}
