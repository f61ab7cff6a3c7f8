//! For which platforms Nix can build here: its own, those that this machine emulates, and those of its
//! builders.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::NixCli;

/// Files of builders may name further ones, and each other.
const DEPTH: u32 = 8;

impl NixCli {
    /// The platforms that Nix can build for by its settings; `None` where they do not say it, for one
    /// where another machine's store is used.
    #[must_use]
    pub fn platforms(&self) -> Option<BTreeSet<String>> {
        let shown = self.run("config", &["show", "--json"]);
        // Its name before Nix 2.20.
        let shown = shown.or_else(|_| self.run("show-config", &["--json"])).ok()?;
        platforms(&serde_json::from_slice(&shown).ok()?, &|path| fs::read_to_string(path).ok())
    }
}

/// Reads what `nix config show --json` writes: `{ "system": { "value": … }, … }`.
fn platforms(settings: &Value, read: &dyn Fn(&Path) -> Option<String>) -> Option<BTreeSet<String>> {
    let value = |name: &str| &settings[name]["value"];
    let text = |name: &str| value(name).as_str().unwrap_or_default();
    let is_here = ["", "auto", "daemon", "local"].contains(&text("store"))
        || text("store").starts_with('/')
        || text("store").starts_with("unix:");
    let system = value("system").as_str().filter(|_| is_here)?;
    let mut all = BTreeSet::from([system.to_owned()]);
    all.extend(strings(value("extra-platforms")));
    // Programs that start a VM for it; of some versions of Nix alone.
    let external = value("external-builders").as_array().into_iter().flatten();
    all.extend(external.flat_map(|it| strings(&it["systems"])));
    of_builders(text("builders"), system, read, DEPTH, &mut all);
    Some(all)
}

/// The platforms of builders, as Nix writes them (`libstore/machines.cc`): one a line or between `;`,
/// its address, then its platforms with commas; without any, or with `-`, it is of this one.
fn of_builders(
    text: &str,
    system: &str,
    read: &dyn Fn(&Path) -> Option<String>,
    depth: u32,
    all: &mut BTreeSet<String>,
) {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    for builder in lines.flat_map(|line| line.split(';')).map(str::trim) {
        if let Some(file) = builder.strip_prefix('@') {
            if let Some(text) = read(Path::new(file.trim())).filter(|_| depth > 0) {
                of_builders(&text, system, read, depth - 1, all);
            }
        } else if !builder.is_empty() {
            let platforms = builder.split_whitespace().nth(1).filter(|it| *it != "-");
            all.extend(platforms.unwrap_or(system).split(',').map(str::to_owned));
        }
    }
}

fn strings(value: &Value) -> impl Iterator<Item = String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(builders: &str, more: &Value) -> String {
        let mut settings = json!({
            "system": { "value": "x86_64-linux" },
            "extra-platforms": { "value": ["i686-linux"] },
            "builders": { "value": builders },
            "store": { "value": "auto" },
        });
        settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let read = |path: &Path| match path.to_str()? {
            "/machines" => {
                Some("# ours\nssh://mac aarch64-darwin,x86_64-darwin - 4\n@/more".into())
            }
            "/more" => Some("ssh://arm aarch64-linux # slow\n@/more\n".into()),
            _ => None,
        };
        let all = platforms(&settings, &read);
        all.map_or("unknown".into(), |all| all.into_iter().collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn what_is_emulated_and_what_builders_are_of_counts() {
        let here = "i686-linux x86_64-linux";
        assert_eq!(found("", &json!({})), here);
        assert_eq!(found("@/none", &json!({})), here);
        assert_eq!(found("ssh://like-me; ssh://so-too - /key", &json!({})), here);
        assert_eq!(
            found("ssh://a riscv64-linux;", &json!({})),
            "i686-linux riscv64-linux x86_64-linux"
        );
        assert_eq!(
            found("@/machines", &json!({})),
            "aarch64-darwin aarch64-linux i686-linux x86_64-darwin x86_64-linux"
        );
        let external =
            json!({ "external-builders": { "value": [{ "systems": ["aarch64-linux"] }] } });
        assert_eq!(found("", &external), "aarch64-linux i686-linux x86_64-linux");
        let binfmt = json!({ "extra-platforms": { "value": ["aarch64-linux"] } });
        assert_eq!(found("", &binfmt), "aarch64-linux x86_64-linux");
    }

    #[test]
    fn another_machines_store_builds_for_what_it_likes() {
        assert_eq!(found("", &json!({ "store": { "value": "ssh-ng://big" } })), "unknown");
        assert_eq!(found("", &json!({ "system": {} })), "unknown");
    }
}
