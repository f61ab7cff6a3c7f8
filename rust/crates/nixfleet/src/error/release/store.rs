//! A store of Nix's that does not take a system.

/// What to do where a store does not take paths, by Nix's own words (`store-registration.cc`,
/// `local-store.cc`).
pub fn help(store: &str, said: &str) -> Option<&'static str> {
    let is_unknown = said.contains("don't know how to open Nix store");
    if is_unknown && store.starts_with("s3://") {
        Some(
            "this Nix was built without S3, as Debian's is: take the one of https://nixos.org/download, \
             or push to a folder, `file:///srv/cache`, and copy that with `aws s3 sync`",
        )
    } else if is_unknown {
        Some(
            "write a store of Nix's: `file:///FOLDER`, `s3://BUCKET`, `ssh://HOST` or `ssh-ng://HOST`",
        )
    } else if said.contains("lacks a signature") || said.contains("lacks a valid signature") {
        Some(
            "whoever logs in there is none of its Nix's `trusted-users`: add them, or sign what is built \
             here, with `secret-key-files` in this machine's nix.conf and the public half among \
             `trusted-public-keys` there",
        )
    } else {
        None
    }
}
