# File systems of a hardware file beside a disk's layout.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;
  inherit (import ../hosts.nix { inherit inputs nixfleet; }) configOf toplevel withLayout;

  # As nixos-generate-config writes it.
  hardware = {
    fileSystems."/" = {
      device = "/dev/disk/by-uuid/11111111-2222-3333-4444-555555555555";
      fsType = "ext4";
    };
    fileSystems."/boot" = {
      device = "/dev/disk/by-uuid/ABCD-1234";
      fsType = "vfat";
    };
  };
  # And of a disk with swap and encryption.
  devices = {
    swapDevices = [ { device = "/dev/disk/by-uuid/33333333-2222-3333-4444-555555555555"; } ];
    boot.initrd.luks.devices."luks-1".device = "/dev/disk/by-uuid/44444444-2222-3333-4444-555555555555";
  };
  told = config: lib.filter (lib.hasInfix "by names that formatting ends") config.warnings;
  withSwap.nixfleet.disk.swapSize = "4G";
  evaluates = config: lib.hasSuffix ".drv" (toplevel config);
in
{
  "test: a hardware file's file systems beside a layout are told, with the flag that leaves them out" =
    {
      expr = evaluates (withLayout "ext4" [ hardware ]);
      expectedError.msg = "the file system ./(boot)?. from two places: .*/dev/disk/by-.*/dev/disk/by-.*--no-filesystems";
    };

  "test: so it is beside a layout of the user's own" = {
    expr = evaluates (
      configOf { } [
        hardware
        {
          disko.devices.disk.mine = {
            device = "/dev/vdb";
            content = {
              type = "filesystem";
              format = "xfs";
              mountpoint = "/";
            };
          };
        }
      ]
    );
    expectedError.msg = "the file system ./. from two places";
  };

  "test: what does not conflict is left alone" = {
    expr = map evaluates [
      (configOf { } [ hardware ])
      (withLayout "ext4" [
        {
          fileSystems."/data" = {
            device = "/dev/sdb1";
            fsType = "ext4";
          };
        }
      ])
      (withLayout "ext4" [ { fileSystems."/".device = lib.mkForce "/dev/sda2"; } ])
      (withLayout "ext4" [ { fileSystems."/".device = lib.mkDefault "/dev/sda2"; } ])
      (withLayout "ext4" [ { fileSystems."/".options = [ "noatime" ]; } ])
      (withLayout "ext4" [ { fileSystems = lib.mkIf false hardware.fileSystems; } ])
    ];
    expected = [
      true
      true
      true
      true
      true
      true
    ];
  };

  "test: so are its swap and its encrypted devices" = {
    expr =
      let
        warning = lib.concatStrings (
          told (
            withLayout "ext4" [
              withSwap
              devices
            ]
          )
        );
      in
      map (text: lib.hasInfix text warning) [
        "swapDevices: /dev/disk/by-uuid/33333333"
        "boot.initrd.luks.devices.luks-1: /dev/disk/by-uuid/44444444"
        "--no-filesystems"
        "disko"
      ];
    expected = [
      true
      true
      true
      false
    ];
  };

  "test: devices that a layout knows, that another disk has, or beside no layout are not" = {
    expr = map told [
      (configOf { } [ devices ])
      (withLayout "ext4" [ withSwap ])
      (withLayout "luks-btrfs-impermanence" [ withSwap ])
      (withLayout "ext4" [
        {
          swapDevices = [
            { device = "/dev/disk/by-id/ata-two-part2"; }
            {
              device = "/swapfile";
              size = 1024;
            }
          ];
        }
      ])
    ];
    expected = [
      [ ]
      [ ]
      [ ]
      [ ]
    ];
  };

  "test: a swap device that is named twice is told, with the files, and two that differ are not" = {
    expr =
      map
        (
          swap:
          map (lib.removePrefix "host `db-01` has the swap device ") (
            lib.filter (lib.hasInfix "has the swap device") (configOf { } swap).warnings
          )
        )
        [
          [
            {
              _file = "hardware-configuration.nix";
              swapDevices = [ { device = "/dev/disk/by-label/swap"; } ];
            }
            {
              _file = "web.nix";
              swapDevices = [ { device = "/dev/disk/by-label/swap"; } ];
            }
          ]
          [
            {
              _file = "web.nix";
              swapDevices =
                map
                  (size: {
                    device = "/swapfile";
                    inherit size;
                  })
                  [
                    1024
                    4096
                  ];
            }
          ]
          [
            {
              swapDevices = map (device: { inherit device; }) [
                "/dev/sda2"
                "/dev/sdb2"
              ];
            }
          ]
        ];
    expected = [
      [
        "`/dev/disk/by-label/swap` twice, in hardware-configuration.nix and web.nix: one of them counts.\n  Remove one."
      ]
      [ "`/swapfile` twice, in web.nix: one of them counts.\n  Remove one." ]
      [ ]
    ];
  };

  "test: an encrypted device that is opened under two names is told" = {
    expr =
      map
        (
          devices:
          map (lib.removePrefix "host `db-01` is to open the encrypted device ") (
            lib.filter (lib.hasInfix "is to open")
              (configOf { } [ { boot.initrd.luks = { inherit devices; }; } ]).warnings
          )
        )
        [
          {
            root.device = "/dev/disk/by-id/one-part2";
            crypted.device = "/dev/disk/by-id/one-part2";
          }
          {
            root.device = "/dev/disk/by-id/one-part2";
            data.device = "/dev/disk/by-id/two-part1";
          }
        ];
    expected = [
      [
        "`/dev/disk/by-id/one-part2` as `crypted` and `root`: only one of them can be opened, and each boot waits for the others.\n  Remove all but one of `boot.initrd.luks.devices`."
      ]
      [ ]
    ];
  };
}
