"""What the book says of the values that the library's modules set is what they are on the whole of NixOS, as
checks/nix/real/settings/ has them; and of each option that a module sets, the book says it."""

import json

from markdown import BOOK, REPO

SETTINGS = REPO / "checks/nix/real/settings"

# By module and option: the page, its words, and the values that these stand for, as text of JSON. An option that no
# reader needs to know of has none.
INSIDE = None
CLAIMS = {
    "core": {
        "boot.initrd.availableKernelModules": INSIDE,
        "boot.loader.efi.canTouchEfiVariables": INSIDE,
        "boot.loader.systemd-boot.configurationLimit": ("hosts", "with ten generations", ["10"]),
        "boot.loader.systemd-boot.editor": ("hosts", "systemd-boot, without its editor", ["false"]),
        "boot.loader.systemd-boot.enable": ("hosts", "systemd-boot", ["true"]),
        "console.keyMap": ("reference/options-nixos", "The console takes the keymap for it", ['"us"']),
        "environment.etc": INSIDE,
        "i18n.defaultLocale": ("reference/options-nixos", "The locale of the system", ['"en_US.UTF-8"']),
        "networking.firewall.enable": ("hosts", "the firewall is on", ["true"]),
        "networking.hostName": INSIDE,
        "networking.interfaces": ("hosts", "DHCP, or what", ["{}"]),
        "nix.channel.enable": ("hosts", "no channel", ["false"]),
        "nix.daemonCPUSchedPolicy": ("hosts", "Nix runs with low priority for processor and disk", ['"batch"']),
        "nix.daemonIOSchedClass": ("hosts", "low priority for processor and disk", ['"best-effort"']),
        "nix.daemonIOSchedPriority": ("hosts", "low priority for processor and disk", ["7"]),
        "nix.gc.automatic": ("hosts", "a weekly garbage collection", ["true"]),
        "nix.gc.dates": ("hosts", "a weekly garbage collection", ['"weekly"']),
        "nix.gc.options": ("hosts", "of what is older than 30 days", ['"--delete-older-than 30d"']),
        "nix.optimise.automatic": ("hosts", "the store is optimised by a timer", ["true"]),
        "nix.settings": (
            "hosts",
            "It collects garbage when less than 1 GiB is free, and builds by itself what a cache does not deliver because it has not answered within 5 seconds",
            ['"min-free": 1073741824', '"connect-timeout": 5', '"fallback": true', '"nix-command", "flakes"'],
        ),
        "nixfleet.guards.renamedFrom": INSIDE,
        "nixfleet.vmTest": INSIDE,
        "security.sudo-rs.extraRules": ("hosts", "they need none for `sudo`", ['"NOPASSWD"']),
        "security.sudo.extraRules": ("hosts", "they need none for `sudo`", ['"NOPASSWD"']),
        "services.openssh.enable": ("hosts", "SSH by key alone", ["true"]),
        "services.openssh.openFirewall": ("hosts", "open for SSH", ["true"]),
        "services.openssh.settings": (
            "hosts",
            "SSH by key alone, for the primary user and for root",
            ['"PasswordAuthentication": false', '"KbdInteractiveAuthentication": false', '"PermitRootLogin": "prohibit-password"'],
        ),
        "services.xserver.xkb.layout": ("reference/options-nixos", "its name in XKB", ['"us"']),
        "system.preSwitchChecks": ("hosts", "The wrong machine.", ["nixfleetHostName"]),
        "systemd.services": ("hosts", "is killed first when memory runs out", ['"OOMScoreAdjust": 250']),
        "systemd.tmpfiles.settings": ("hosts", "A home that is missing is made", ['"/home/ops"']),
        "time.timeZone": ("reference/options-nixos", "by its name in the tz database", ['"UTC"']),
        "users.mutableUsers": ("hosts", "`users.mutableUsers = false`", ["false"]),
        "users.users": ("hosts", "The primary user is in `wheel`", ['"extraGroups": ["wheel"]']),
        "virtualisation.vmVariant": ("standard-tools", "build-vm", ['"autologinUser": "root"']),
        "virtualisation.vmVariantWithBootLoader": ("standard-tools", "build-vm", ['"autologinUser": "root"']),
        "warnings": INSIDE,
    },
    "server": {
        "boot.kernel.sysctl": ("servers", "30 seconds after a kernel panic", ['"kernel.panic": 30']),
        "boot.kernelParams": (
            "servers",
            "starts again when the initrd does not find its root",
            ['"console=ttyS0,115200"', '"panic=30", "boot.panic_on_fail"'],
        ),
        "boot.tmp.cleanOnBoot": ("servers", "empties `/tmp` at each boot", ["true"]),
        "documentation.enable": ("servers", "no manuals", ["false"]),
        "nix.nixPath": ("servers", "does not carry the source of nixpkgs", ['"nixpkgs=flake:nixpkgs"']),
        "nixpkgs.flake.setFlakeRegistry": ("servers", "does not carry the source of nixpkgs", ["false"]),
        "nixpkgs.flake.setNixPath": ("servers", "does not carry the source of nixpkgs", ["false"]),
        "programs.command-not-found.enable": ("servers", "does not suggest packages for unknown commands", ["false"]),
        "services.openssh.authorizedKeysInHomedir": ("servers", "no `~/.ssh/authorized_keys`", ["false"]),
        "system.preSwitchChecks": ("servers", "prints before each switch which packages change", ["nixfleet-packages"]),
        "systemd.enableEmergencyMode": ("servers", "goes on booting when a file system is missing", ["false"]),
        "systemd.network.wait-online.anyInterface": ("servers", "as soon as one network card is up", ["true"]),
        "systemd.settings.Manager": (
            "servers",
            "hangs for 30 seconds, or a shutdown for 2 minutes",
            ['"RuntimeWatchdogSec": "30s"', '"RebootWatchdogSec": "2min"'],
        ),
        "systemd.sleep.settings.Sleep": ("servers", "never sleeps", ['"AllowSuspend": false', '"AllowHibernation": false']),
        "virtualisation.vmVariant": INSIDE,
        "xdg.autostart.enable": ("servers", "icons or menus", ["false"]),
        "xdg.icons.enable": ("servers", "icons or menus", ["false"]),
        "xdg.menus.enable": ("servers", "icons or menus", ["false"]),
        "xdg.mime.enable": ("servers", "icons or menus", ["false"]),
        "xdg.sounds.enable": ("servers", "icons or menus", ["false"]),
    },
    "darwin-core": {
        "environment.etc": INSIDE,
        "networking.applicationFirewall.enable": ("hosts", "the application firewall", ["true"]),
        "networking.computerName": ("hosts", "the host's three names", ['"macbook"']),
        "networking.hostName": ("hosts", "the host's three names", ['"macbook"']),
        "networking.localHostName": ("hosts", "the host's three names", ['"macbook"']),
        "nix.enable": ("hosts", "`nixfleet.determinateNix = true;`", ["true"]),
        "nix.gc.automatic": ("hosts", "a garbage collection of what is older than 30 days", ["true"]),
        "nix.gc.options": ("hosts", "a garbage collection of what is older than 30 days", ["30d"]),
        "nix.optimise.automatic": ("hosts", "an optimised store", ["true"]),
        "nix.settings": ("hosts", "`nix-command` and `flakes`", ['"nix-command", "flakes"']),
        "security.pam.services.sudo_local.reattach": ("hosts", "inside tmux and screen, too", ["true"]),
        "security.pam.services.sudo_local.touchIdAuth": ("hosts", "Touch ID for `sudo`", ["true"]),
        "services.openssh.enable": ("hosts", "SSH by key alone, if the host has `sshAuthorizedKeys`", ["true"]),
        "services.openssh.extraConfig": ("hosts", "SSH by key alone, if the host has `sshAuthorizedKeys`", ["PasswordAuthentication no"]),
        "system.checks.text": ("hosts", "The wrong machine.", ["<text>"]),
        "system.defaults.NSGlobalDomain.AppleShowAllExtensions": ("hosts", "file name extensions shown in Finder", ["true"]),
        "system.defaults.SoftwareUpdate.AutomaticallyInstallMacOSUpdates": ("hosts", "automatic updates of macOS", ["true"]),
        "system.defaults.loginwindow.GuestEnabled": ("hosts", "no guest account", ["false"]),
        "system.primaryUser": ("hosts", "the primary user as nix-darwin's `system.primaryUser`", ['"me"']),
        "users.users": INSIDE,
        "warnings": INSIDE,
    },
    "disks-zfs": {
        "boot.loader.grub.configurationLimit": INSIDE,
        "boot.zfs.devNodes": INSIDE,
        "boot.zfs.forceImportRoot": INSIDE,
        "disko.devices": ("disks", "`rpool-web-01`", ['"rpool-web-01"', '"disk-web-01-root"']),
        "networking.hostId": ("disks", "`networking.hostId`, which follows from the host's name too", ['"0b9d9f06"']),
        "services.zfs.autoScrub.enable": ("disks", "scrubbed once a month", ["true"]),
        "system.preSwitchChecks": ("disks", "A switch that would leave the machine without its root, or without its other pools, is refused", ["nixfleetPool", "nixfleetDiskLabel", "nixfleetHostId"]),
    },
    "disks-btrfs-impermanence": {
        "boot.initrd.supportedFilesystems": INSIDE,
        "boot.initrd.systemd.enable": ("impermanence", "has to be systemd's, where the root is btrfs", ["true"]),
        "boot.initrd.systemd.services": ("impermanence", "a service of the initrd makes an empty subvolume", ["nixfleet-wipe-root"]),
        "boot.loader.grub.configurationLimit": INSIDE,
        "disko.devices": ("disks", "`disk-web-01-root`", ['"disk-web-01-root"']),
        "environment.persistence": (
            "impermanence",
            "`/var/lib/nixos`, `/var/lib/systemd`, `/var/log`, `/etc/machine-id`",
            ['"/var/lib/nixos", "/var/lib/systemd", "/var/log", "/var/lib/dhcpcd"', '"/etc/machine-id"'],
        ),
        "nixfleet.impermanence.enable": ("impermanence", "The layout turns `nixfleet.impermanence.enable` on", ["true"]),
        "services.btrfs.autoScrub.enable": ("disks", "scrubbed once a month", ["true"]),
        "services.openssh.hostKeys": ("impermanence", "which lie below `/persist/etc/ssh`", ['"/persist/etc/ssh/ssh_host_ed25519_key"']),
        "services.userborn.passwordFilesLocation": ("impermanence", "Its ids are kept", ['"/var/lib/nixos"']),
        "system.activationScripts": ("impermanence", "are taken over", ["nixfleetHostKeys"]),
        "system.preSwitchChecks": ("disks", "A switch that would leave the machine without its root, or without its other pools, is refused", ["nixfleetDiskLabel"]),
        "systemd.services": ("impermanence", "`nixfleet-root-wiped.service`", ["nixfleet-root-wiped"]),
        "systemd.timers": ("impermanence", "daily by a timer", ["nixfleet-old-roots"]),
        "virtualisation.vmVariant": ("impermanence", "in which the host is not impermanent", ['"enable": false']),
        "virtualisation.vmVariantWithBootLoader": ("impermanence", "in which the host is not impermanent", ['"enable": false']),
    },
    "vm-guest": {
        "boot.kernelParams": ("hosts", "a serial console", ['"console=ttyS0,115200"']),
        "boot.loader.efi.canTouchEfiVariables": INSIDE,
        "boot.loader.grub.configurationLimit": INSIDE,
        "boot.loader.timeout": INSIDE,
        "disko.devices": ("disks", "With `isVm = true;` the disk is `/dev/vda` and the layout `ext4`", ['"device": "/dev/vda"', '"disk-web-01-esp"']),
        "nixfleet.disk.device": ("disks", "With `isVm = true;` the disk is `/dev/vda`", ['"/dev/vda"']),
        "nixfleet.disk.warnUnstableDevice": INSIDE,
        "services.qemuGuest.enable": ("hosts", "the guest agent", ["true"]),
        "system.preSwitchChecks": ("disks", "A switch that would leave the machine without its root", ["nixfleetDiskLabel"]),
    },
    "iso": {
        "boot.kernelParams": INSIDE,
        "boot.loader.timeout": INSIDE,
        "boot.zfs.forceImportRoot": INSIDE,
        "image.baseName": ("installation", "Success looks like `nixfleet-installer.iso`", ['"nixfleet-installer"']),
        "isoImage.squashfsCompression": INSIDE,
        "nix.settings": INSIDE,
        "services.openssh.settings": (
            "installation",
            "over the network admits the keys of `isoSshKeys`, as root, and nobody else",
            ['"PasswordAuthentication": false', '"KbdInteractiveAuthentication": false'],
        ),
        "services.qemuGuest.enable": INSIDE,
        "system.installer.channel.enable": INSIDE,
        "users.users": ("installation", "admits the keys of `isoSshKeys`, as root", ['{"root": {"openssh": {"authorizedKeys": {"keys": ["ssh-ed25519 ']),
    },
    "host-spec": {
        "console.keyMap": ("reference/options-nixos", "The console takes the keymap for it", ['"de"']),
        "i18n.defaultLocale": ("reference/options-nixos", "The locale of the system", ['"de_DE.UTF-8"']),
        "nix.settings": INSIDE,
        "services.xserver.xkb.layout": ("reference/options-nixos", "its name in XKB", ['"de"']),
        "time.timeZone": ("reference/options-nixos", "by its name in the tz database", ['"Europe/Berlin"']),
        "users.users": (
            "reference/options-nixos",
            "A file on the host with the hash of the primary user's password",
            ['"hashedPasswordFile": "/persist/ops"', '"hashedPasswordFile": "/persist/root"'],
        ),
    },
    "home-manager": {
        "home-manager.extraSpecialArgs": ("home-manager", "A home module has `hostSpec` as an argument", ['"hostName": "web-01"']),
        "home-manager.useGlobalPkgs": ("home-manager", "The home uses the system's nixpkgs (`useGlobalPkgs`)", ["true"]),
        "home-manager.useUserPackages": ("home-manager", "installed with the system's (`useUserPackages`)", ["true"]),
        "home-manager.users": ("home-manager", "`home.stateVersion` is the host's `stateVersion` on NixOS", ['"stateVersion": "26.05"']),
    },
    "agent": {
        "environment.etc": INSIDE,
        "environment.systemPackages": ("agent", "`nixfleet-agent check`", ["nixfleet-agent"]),
        "nixfleet.kept": ("agent", "which an [impermanent](impermanence.md) host keeps by itself", ['"/var/lib/nixfleet", "mode": "0700"']),
        "services.nixfleet-agent.settings": INSIDE,
        "systemd.services": (
            "agent",
            "The agent's unit sees the system read-only, has no capabilities",
            ['"ProtectSystem": "strict", "ReadWritePaths": []', '"CapabilityBoundingSet": ""', '"restartIfChanged": false'],
        ),
    },
    "control-plane": {
        "environment.etc": INSIDE,
        "environment.systemPackages": INSIDE,
        "networking.firewall.allowedTCPPorts": (
            "reference/options-nixos",
            "Whether the firewall lets hosts through to the ports of `listen`",
            ["[7250]"],
        ),
        "nixfleet.kept": INSIDE,
        "systemd.services": (
            "control-plane",
            "It needs no secret but the SSH host key of its own machine",
            ['"LoadCredential": ["host-key:/etc/ssh/ssh_host_ed25519_key"]', '"User": "nixfleet-control-plane"'],
        ),
        "users.groups": ("control-plane", "the web server's user into the group `nixfleet-control-plane`", ['"nixfleet-control-plane"']),
        "users.users": INSIDE,
    },
    "disks-ext4": {
        "boot.loader.grub.configurationLimit": INSIDE,
        "disko.devices": ("disks", "one ext4 file system: the plain choice", ['"disk-web-01-esp", "size": "1G", "type": "EF00"', '"disk-web-01-root", "size": "100%"']),
        "system.preSwitchChecks": ("disks", "A switch that would leave the machine without its root", ["nixfleetDiskLabel"]),
    },
    "disks-bios-ext4": {
        "boot.loader.efi.canTouchEfiVariables": INSIDE,
        "boot.loader.grub.configurationLimit": INSIDE,
        "boot.loader.systemd-boot.enable": ("disks", "the same for a machine that starts by BIOS: GRUB, and no EFI system partition", ["false"]),
        "disko.devices": ("disks", "the same for a machine that starts by BIOS: GRUB, and no EFI system partition", ['{"bios": {"label": "disk-web-01-bios", "size": "1M", "type": "EF02"}, "root"']),
        "system.preSwitchChecks": ("disks", "A switch that would leave the machine without its root", ["nixfleetDiskLabel"]),
    },
    "disks-btrfs": {
        "boot.loader.grub.configurationLimit": INSIDE,
        "disko.devices": ("disks", "btrfs, compressed, with subvolumes for the root, homes, `/nix` and `/var/log`", ['"disk-web-01-root"']),
        "services.btrfs.autoScrub.enable": ("disks", "scrubbed once a month", ["true"]),
        "system.preSwitchChecks": ("disks", "A switch that would leave the machine without its root", ["nixfleetDiskLabel"]),
    },
}
CLAIMS["control-plane-postgresql"] = {
    **{option: claim for option, claim in CLAIMS["control-plane"].items() if option != "networking.firewall.allowedTCPPorts"},
    "services.postgresql.enable": ("several-control-planes", "This host then has a PostgreSQL by NixOS's `services.postgresql`", ["true"]),
    "services.postgresql.ensureDatabases": INSIDE,
    "services.postgresql.ensureUsers": ("several-control-planes", "which knows the control plane by its user", ['"name": "nixfleet-control-plane"']),
}
# An encrypted disk's host is the other's, but for where its root is.
CLAIMS["disks-luks-btrfs-impermanence"] = CLAIMS["disks-btrfs-impermanence"]


def claims(book):
    pages = {page.path: " ".join(page.path.read_text().split()) for page in book}
    golden = {module: json.loads((SETTINGS / f"{module}.json").read_text()) for module in CLAIMS}
    core = golden["core"]

    def said(module, option, page, words, values):
        if option not in golden[module]:
            return f"{module} sets no `{option}`: take what the book says of it from {page}.md, and from here"
        if words not in pages[BOOK / f"{page}.md"]:
            return f"{page}.md does not say `{words}` of `{option}`: bring the words here up to date"
        text = json.dumps(golden[module][option], ensure_ascii=False)
        wrong = [value for value in values if value not in text]
        return f"{page}.md says `{words}`, and `{option}` is {text[:200]}, without {', '.join(wrong)}" if wrong else ""

    def complete(module):
        own = {key for key, value in golden[module].items() if module in ("core", "darwin-core") or core.get(key) != value}
        untold = sorted(own - set(CLAIMS[module]))
        return f"{module} sets {', '.join(untold)}, of which checks/docs/claims.py knows no word of the book" if untold else ""

    cases = [(f"claims: {module} is told", lambda module=module: complete(module)) for module in CLAIMS]
    for module, options in CLAIMS.items():
        for option, claim in options.items():
            if claim is not INSIDE:
                cases.append((f"claims: {module} {option}", lambda claim=claim, at=(module, option): said(*at, *claim)))
    return cases


CHECKS = [claims]
