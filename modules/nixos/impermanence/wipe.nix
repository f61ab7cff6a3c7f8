# The btrfs root is set aside, and an empty one made, by a service of the initrd.
{
  config,
  lib,
  utils,
  ...
}:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
  cfg = config.nixfleet.impermanence;
  inherit (import ./btrfs-root.nix { inherit lib; } config)
    root
    device
    subvolume
    nested
    settings
    ;

  deviceUnit = "${utils.escapeSystemdPath device}.device";
  decryption = lib.optional (lib.hasPrefix "/dev/mapper/" device) (
    "systemd-cryptsetup@${utils.escapeSystemdPath (lib.removePrefix "/dev/mapper/" device)}.service"
  );

  wipes = cfg.enable && cfg.rootKind == "btrfs";
in
{
  config = lib.mkMerge [
    (lib.mkIf cfg.enable {
      assertions = [
        {
          assertion = root.fsType == cfg.rootKind || cfg.rootKind == "other";
          message = ''
            nixfleet.impermanence: the root file system is `${root.fsType}`, and `rootKind` says `${cfg.rootKind}`.
              Either take the layout that fits:
                imports = [ nixfleet.nixosModules.disks.btrfs-impermanence ];
              or, for a root in memory, say so: nixfleet.impermanence.rootKind = "tmpfs";
              or, where a service of yours empties it in the initrd: nixfleet.impermanence.rootKind = "other";'';
        }
      ];
    })

    (lib.mkIf wipes {
      assertions = [
        {
          assertion = lib.hasPrefix "/dev/" device;
          message = ''
            nixfleet.impermanence: the root lies on `${cfg.device}`, of which the initrd can't know when it is there.
              Name the device, or one of its tags: nixfleet.impermanence.device = "/dev/disk/by-uuid/…"; or "UUID=…".'';
        }
        {
          # Without it the service below is not part of the initrd, and nothing says that it is missing.
          assertion = config.boot.initrd.systemd.enable;
          message = ''
            nixfleet.impermanence: the root is wiped by a systemd service in the initrd, and this host has the scripted initrd.
              Remove `boot.initrd.systemd.enable = false;`, or keep the root in memory, which needs no service:
                nixfleet.impermanence.rootKind = "tmpfs";'';
        }
        {
          assertion = root.fsType != "btrfs" || subvolume != null;
          message = ''
            nixfleet.impermanence: the root is the whole btrfs file system, so it can't be set aside. Give it a subvolume of its own:
              fileSystems."/".options = [ "subvol=/root" ];'';
        }
        {
          assertion = subvolume == null || nested == [ ];
          message = ''
            nixfleet.impermanence: ${lib.concatStringsSep ", " nested} lies in the subvolume of the root, `${toString subvolume}`, and would be set aside with it at each boot.
              Give it a subvolume beside the root's:
                btrfs subvolume snapshot OLD NEW, and fileSystems."${lib.head (nested ++ [ "" ])}".options = [ "subvol=/NEW" ];'';
        }
      ];

      # The tools are those of NixOS's initrd: bash, coreutils, mount and umount are always in its
      # /bin, and btrfs is where that file system is supported (nixos/modules/tasks/filesystems/btrfs.nix).
      # `path` would replace /bin by store paths that nothing puts into the initrd.
      boot.initrd.supportedFilesystems = [ "btrfs" ];

      # The default from 26.05; before, the scripted initrd is.
      boot.initrd.systemd.enable = taste true;

      boot.initrd.systemd.services.nixfleet-wipe-root = {
        description = "Set the root of the last boot aside and make an empty one";
        wantedBy = [ "initrd.target" ];
        requires = [ deviceUnit ];
        after = [
          deviceUnit
          "initrd-root-device.target"
          # It loads btrfs, which nothing has mounted so far.
          "systemd-modules-load.service"
          # A hibernated system has its root open. Resuming is tried before local-fs-pre.target
          # (systemd-hibernate-resume.service), and when it works, nothing after it runs.
          "systemd-hibernate-resume.service"
          "local-fs-pre.target"
        ]
        ++ decryption;
        before = [ "sysroot.mount" ];
        # The default is to wait for sysinit.target, which waits for the mounts.
        unitConfig.DefaultDependencies = "no";
        serviceConfig = {
          Type = "oneshot";
          # initrd-parse-etc.service asks for initrd.target once more. A service that is still active
          # is not started again, which would move the root away under the running system.
          RemainAfterExit = true;
        };
        script = ''
          ${settings}
          root=${lib.escapeShellArg (toString subvolume)}
          ${builtins.readFile ./wipe.sh}
        '';
      };

      # A boot with the last root looks like any other: this unit shows as failed then, to
      # `systemctl --failed`, to monitoring, and to `nixfleet test-vm`.
      systemd.services.nixfleet-root-wiped = {
        description = "Tell a root that was not wiped";
        wantedBy = [ "multi-user.target" ];
        # A system that was switched to has not booted with this initrd.
        unitConfig.ConditionPathExists = "/run/booted-system/etc/systemd/system/nixfleet-root-wiped.service";
        serviceConfig = {
          Type = "oneshot";
          RemainAfterExit = true;
        };
        script = ''
          if ! [ -e /run/nixfleet-root-wiped ]; then
            echo "the root is that of the last boot: it was not wiped. What the initrd says of it:"
            cat /run/nixfleet-root-not-wiped || echo "nothing: see journalctl -b -u nixfleet-wipe-root"
            exit 1
          fi
        '';
      };
    })
  ];
}
