//! Private keys that were split into lines, in whatever list: what stands beside a key's first line or
//! last may be of the key, and is forgotten before anybody could show it.

use nixfleet_text::is_private;
use serde_json::Value;

use crate::keys::PublicKey;
use crate::{Host, Inventory};

impl Inventory {
    /// Without what may be the rest of a private key.
    pub(crate) fn without_split_keys(mut self) -> Self {
        let Self { iso_ssh_keys, name, release, hosts, .. } = &mut self;
        [iso_ssh_keys, name, release].into_iter().for_each(forget);
        for host in hosts.values_mut() {
            let Host { host_name, platform, class, state_version, is_vm, .. } = host;
            [host_name, platform, class, state_version, is_vm].into_iter().for_each(forget);
            let Host { tags, host_key, host_spec, host_spec_fields, .. } = host;
            [tags, host_key, host_spec, host_spec_fields].into_iter().for_each(forget);
        }
        self
    }
}

fn forget(value: &mut Value) {
    match value {
        Value::Array(list) => {
            if list.iter().filter_map(Value::as_str).any(is_private) {
                let is_public = |it: &str| is_private(it) || PublicKey::parse(it).is_ok();
                list.retain(|it| it.as_str().is_none_or(is_public));
            }
            list.iter_mut().for_each(forget);
        }
        Value::Object(set) => set.values_mut().for_each(forget),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_beside_a_private_key_is_kept_but_a_public_key() {
        let public = include_str!("../tests/keys/ed25519.pub").trim();
        let begin = "-----BEGIN OPENSSH PRIVATE KEY-----";
        let list = |inner: &str| format!(r#"["{begin}", "{inner}", "{public}", 3, ["a"]]"#);
        let (split, kept) = (list("SECRET"), format!(r#"["{begin}","{public}",3,["a"]]"#));
        let fleet = |list: &str| {
            format!(
                r#"{{ "apiVersion": 1, "release": {{ "waves": {list} }}, "isoSshKeys": {list}, "hosts": {{ "a":
                   {{ "tags": {list}, "hostSpec": {{ "networking": {{ "dns": {list} }} }} }} }} }}"#
            )
        };
        let read = |json: String| Inventory::parse(json.as_bytes(), "test").unwrap();
        assert_eq!(read(fleet(&split)), read(fleet(&kept)));
        assert!(!format!("{:?}", read(fleet(&split))).contains("SECRET"));
        // Where there is no private key all is kept.
        let whole = list("SECRET").replace(begin, "a");
        assert!(format!("{:?}", read(fleet(&whole))).contains("SECRET"));
    }
}
