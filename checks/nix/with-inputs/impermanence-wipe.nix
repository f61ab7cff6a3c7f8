# Impermanence: how the root is wiped, and what is said where it cannot be.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;
  hosts = import ../hosts.nix { inherit inputs nixfleet; };
  inherit (hosts) configOf toplevel withLayout;
  on = hosts.impermanent;
  onLuks = modules: withLayout "luks-btrfs-impermanence" ([ hosts.unaudited ] ++ modules);
  wipe = config: config.boot.initrd.systemd.services.nixfleet-wipe-root;
in
{
  "test: the root is wiped after its device is there and before it is mounted" = {
    expr =
      let
        service = wipe (on [ ]);
        device = "dev-disk-by-partlabel-disk-db-01-root.device";
        # What escapes a path differs in NixOS and where it is evaluated without it: hyphens.
        plain = map (lib.replaceStrings [ "\\x2d" ] [ "-" ]);
      in
      {
        inherit (service) wantedBy before;
        requires = plain service.requires;
        afterDevice = lib.elem device (plain service.after);
        notAfter = lib.subtractLists service.after [
          "systemd-modules-load.service"
          "systemd-hibernate-resume.service"
          "local-fs-pre.target"
        ];
        inherit (service.unitConfig) DefaultDependencies;
        inherit (service.serviceConfig) Type RemainAfterExit;
      };
    expected = {
      wantedBy = [ "initrd.target" ];
      before = [ "sysroot.mount" ];
      requires = [ "dev-disk-by-partlabel-disk-db-01-root.device" ];
      afterDevice = true;
      notAfter = [ ];
      DefaultDependencies = "no";
      Type = "oneshot";
      RemainAfterExit = true;
    };
  };

  "test: an encrypted root is wiped after it was decrypted" = {
    expr = lib.elem "systemd-cryptsetup@root.service" (wipe (onLuks [ ])).after;
    expected = true;
  };

  "test: the service uses what every initrd has, and btrfs is put there" = {
    expr =
      let
        config = on [ ];
      in
      {
        path = (wipe config).path or [ ];
        btrfs =
          config.boot.initrd.supportedFilesystems.btrfs
            or (lib.elem "btrfs" config.boot.initrd.supportedFilesystems);
      };
    expected = {
      path = [ ];
      btrfs = true;
    };
  };

  "test: a device that is a tag is waited for by its link" = {
    expr =
      let
        of =
          device:
          wipe (on [
            { nixfleet.impermanence = { inherit device; }; }
          ]);
        ofScript = device: lib.head (builtins.match ".*\ndevice=([^\n]*)\n.*" "\n${(of device).script}");
      in
      map (lib.replaceStrings [ "'" ] [ "" ]) (
        map ofScript [
          "UUID=0ed5cd5e-8ec5-4a49-8a2c-3ccd8a4ff1d2"
          "PARTLABEL=disk-main-root"
          "LABEL=\"two words\""
        ]
      );
    expected = [
      "/dev/disk/by-uuid/0ed5cd5e-8ec5-4a49-8a2c-3ccd8a4ff1d2"
      "/dev/disk/by-partlabel/disk-main-root"
      "/dev/disk/by-label/two\\x20words"
    ];
  };

  "test: a device that systemd can't wait for is refused" = {
    expr = toplevel (on [ { nixfleet.impermanence.device = "tank"; } ]);
    expectedError.msg = "the root lies on `tank`";
  };

  "test: a root that was not wiped is told in the second stage, by a host that booted so" = {
    expr =
      let
        unit = (on [ ]).systemd.services.nixfleet-root-wiped;
      in
      {
        inherit (unit) wantedBy;
        condition = unit.unitConfig.ConditionPathExists;
      };
    expected = {
      wantedBy = [ "multi-user.target" ];
      condition = "/run/booted-system/etc/systemd/system/nixfleet-root-wiped.service";
    };
  };

  "test: old roots are deleted daily, by a clock that is set" = {
    expr =
      let
        config = on [ ];
      in
      [
        config.systemd.timers.nixfleet-old-roots.timerConfig.OnUnitActiveSec
        (lib.hasInfix "NTPSynchronized" config.systemd.services.nixfleet-old-roots.script)
      ];
    expected = [
      "1d"
      true
    ];
  };

  "test: old roots are kept for the time set" = {
    expr =
      map
        (
          keepOldRoots:
          lib.head (
            builtins.match ".*keep=([0-9]+)\n.*"
              (wipe (on [ { nixfleet.impermanence = { inherit keepOldRoots; }; } ])).script
          )
        )
        [
          "36h"
          "30d"
          "2w"
          "0d"
        ];
    expected = [
      "129600"
      "2592000"
      "1209600"
      "0"
    ];
  };

  "test: a time without a unit is refused" = {
    expr = (on [ { nixfleet.impermanence.keepOldRoots = "30"; } ]).nixfleet.impermanence.keepOldRoots;
    expectedError.msg = "nixfleet.impermanence.keepOldRoots";
  };

  "test: a root in memory is not wiped, and evaluates" = {
    expr =
      let
        config = on [ { nixfleet.impermanence.rootKind = "tmpfs"; } ];
      in
      {
        root = config.fileSystems."/".fsType;
        wipes = config.boot.initrd.systemd.services ? nixfleet-wipe-root;
        builds = lib.isString (toplevel config);
      };
    expected = {
      root = "tmpfs";
      wipes = false;
      builds = true;
    };
  };

  "test: where NixOS would have the scripted initrd, as before 26.05, it has systemd's" = {
    expr =
      (on [ { boot.initrd.systemd.enable = lib.mkOverride 1300 false; } ]).boot.initrd.systemd.enable;
    expected = true;
  };

  "test: with the scripted initrd it says what to do" = {
    expr = toplevel (on [ { boot.initrd.systemd.enable = false; } ]);
    expectedError.msg = "Remove `boot.initrd.systemd.enable = false;`";
  };

  "test: with a root of another kind it says what to do" = {
    expr = toplevel (withLayout "ext4" [ { nixfleet.impermanence.enable = true; } ]);
    expectedError.msg = "the root file system is `ext4`, and `rootKind` says `btrfs`";
  };

  "test: a root that the host's own service empties, as of ZFS and bcachefs, is left to it, and what stays stays" =
    {
      expr = lib.genAttrs [ "zfs" "bcachefs" ] (
        fsType:
        let
          config = configOf { } [
            hosts.unaudited
            {
              nixfleet.impermanence = {
                enable = true;
                rootKind = "other";
              };
              networking.hostId = "8425e349";
              fileSystems = {
                "/" = {
                  device = "tank/root";
                  inherit fsType;
                };
                "/persist" = {
                  device = "tank/persist";
                  inherit fsType;
                };
              };
            }
          ];
        in
        [
          (config.boot.initrd.systemd.services ? nixfleet-wipe-root)
          config.fileSystems."/persist".neededForBoot
          (lib.elem "/var/lib/nixos" (hosts.persisted config))
          (lib.filter (it: !it.assertion && lib.hasInfix "nixfleet" it.message) config.assertions)
        ]
      );
      expected = lib.genAttrs [ "zfs" "bcachefs" ] (_: [
        false
        true
        true
        [ ]
      ]);
    };

  "test: a file system inside the root's subvolume is not wiped with it unsaid" = {
    expr =
      let
        on' = subvolume: {
          device = "/dev/disk/by-id/one-part1";
          fsType = "btrfs";
          options = [ "subvol=${subvolume}" ];
        };
      in
      toplevel (
        configOf { } [
          {
            nixfleet.impermanence.enable = true;
            fileSystems = {
              "/" = on' "@";
              "/persist" = on' "@persist";
              "/nix" = on' "@/nix";
            };
          }
        ]
      );
    expectedError.msg = "impermanence: /nix lies in the subvolume of the root, `@`";
  };

  "test: without any root it says what to do" = {
    expr = toplevel (
      configOf { } [
        {
          nixfleet.impermanence.enable = true;
          fileSystems = lib.mkForce { };
        }
      ]
    );
    expectedError.msg = "nixosModules.disks.btrfs-impermanence";
  };

  "test: with a root that is the whole file system it says what to do" = {
    expr = toplevel (
      configOf { } [
        {
          nixfleet.impermanence.enable = true;
          fileSystems."/" = {
            device = "/dev/disk/by-id/one-part1";
            fsType = "btrfs";
            options = [ "compress=zstd" ];
          };
        }
      ]
    );
    expectedError.msg = "subvol=/root";
  };

  "test: an impermanent host evaluates, encrypted or not" = {
    expr = map (config: lib.isString (toplevel config)) [
      (on [ ])
      (onLuks [ ])
    ];
    expected = [
      true
      true
    ];
  };
}
