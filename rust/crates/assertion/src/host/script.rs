//! What a host is asked: a word, a tab and a value a line.

use nixfleet_text::word;

/// The script that collects everything in one call: a connection costs a second under emulation, and a
/// program a tenth of one. A host that still starts is waited for a while, so that it is not asked again
/// and again by what keeps it from starting.
pub fn collect(user: &str) -> String {
    let user = word(user);
    // /etc/ssh/authorized_keys.d is where NixOS puts the keys of its configuration.
    format!(
        r#"say() {{ printf '%s\t%s\n' "$1" "$2"; }}
state=$(systemctl is-system-running)
case $state in initializing | starting)
  timeout 30 systemctl is-system-running --wait >/dev/null
  state=$(systemctl is-system-running) ;;
esac
say state "$state"
# Its state tells of units that have failed.
[ "$state" = running ] ||
  systemctl list-units --failed --plain --no-legend --no-pager | while read -r unit rest; do say failed "$unit"; done
read -r name </proc/sys/kernel/hostname
say host "$name"
systemctl is-active multi-user.target sshd.service ssh.service sshd.socket ssh.socket | {{
  read -r target
  say target "$target"
  while read -r sshd; do [ "$sshd" != active ] || break; done
  say sshd "$sshd"
}}
say system "$(readlink -f /run/current-system)"
zone=$(readlink -f /etc/localtime); case $zone in
  */zoneinfo/*) zone=${{zone##*/zoneinfo/}} ;;
  *) zone=$(timedatectl show -p Timezone --value 2>/dev/null) ;;
esac
say zone "$zone"
zone=$(readlink /etc/localtime); say zone-link "${{zone##*/zoneinfo/}}"
for user in root {user}; do
  home=$(getent passwd "$user") || continue
  home=${{home%:*}}
  home=${{home##*:}}
  [ -n "$home" ] || continue
  say home "$user"
  for file in "/etc/ssh/authorized_keys.d/$user" "$home/.ssh/authorized_keys"; do
    [ -r "$file" ] && while read -r line || [ -n "$line" ]; do say "key $user" "$line"; done < "$file"
  done
done
true"#
    )
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs::{Permissions, set_permissions, write};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// The script, run by a shell whose programs answer as those of a host.
    fn asked(states: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display();
        write(folder.path().join("states"), states).unwrap();
        let programs = [
            // A state for each time that it is asked; who waits for one passes the others by.
            (
                "systemctl",
                format!(
                    "case $* in\n\
                     *--wait) sed -n '$p' {path}/states >{path}/last; mv {path}/last {path}/states ;;\n\
                     is-system-running) sed -n 1p {path}/states ;;\n\
                     is-active*) printf 'active\\ninactive\\nactive\\ninactive\\ninactive\\n' ;;\n\
                     list-units*) echo 'a.service loaded failed failed A' ;;\n\
                     esac"
                ),
            ),
            (
                "getent",
                "[ \"$2\" = ops ] && echo \"ops:x:1000:100:A B:/home/of ops:/bin/sh\"".into(),
            ),
            ("readlink", "echo /etc/zoneinfo/Europe/Berlin".into()),
        ];
        for (name, text) in programs {
            let file = folder.path().join(name);
            write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
            set_permissions(&file, Permissions::from_mode(0o755)).unwrap();
        }
        let usual = std::env::var("PATH").unwrap();
        let ran = std::process::Command::new("sh")
            .args(["-c", &collect("ops")])
            .env("PATH", format!("{path}:{usual}"))
            .output()
            .unwrap();
        assert!(ran.status.success(), "{ran:?}");
        String::from_utf8(ran.stdout).unwrap()
    }

    #[test]
    fn the_script_tells_what_the_host_says() {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
        let host = host.trim();
        let rest = format!(
            "host\t{host}\ntarget\tactive\nsshd\tactive\nsystem\t/etc/zoneinfo/Europe/Berlin\n\
             zone\tEurope/Berlin\nzone-link\tEurope/Berlin\nhome\tops\n"
        );
        assert_eq!(asked("running"), format!("state\trunning\n{rest}"));
        let failed = format!("state\tdegraded\nfailed\ta.service\n{rest}");
        assert_eq!(asked("degraded"), failed);
        assert_eq!(asked("starting\ndegraded"), failed, "it is asked again when it has started");
    }
}
