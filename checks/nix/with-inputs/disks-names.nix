# What a disk, its partitions and pools are called, and the disk that is formatted.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;

  layouts = nixfleet.nixosModules.disks;

  inherit (import ../hosts.nix { inherit inputs nixfleet; })
    configOf
    partitions
    withDisk
    withLayout
    ;

  warnsAbout = name: config: lib.any (text: lib.hasInfix "`${name}`" text) config.warnings;
in
{
  "test: the partitions bear the name of the host, within what GPT has room for" = {
    expr =
      map
        (
          hostName:
          lib.mapAttrs (_: partition: partition.label) (
            partitions (
              configOf { inherit hostName; } [
                layouts.ext4
                {
                  nixfleet.disk = {
                    device = "/dev/disk/by-id/one";
                    swapSize = "4G";
                  };
                }
              ]
            )
          )
        )
        [
          "web-01"
          "a-name-of-26-characters-xx"
          "a-name-of-27-characters-xxx"
        ];
    expected = [
      {
        esp = "disk-web-01-esp";
        root = "disk-web-01-root";
        swap = "disk-web-01-swap";
      }
      {
        esp = "disk-a-name-of-26-characters-xx-esp";
        root = "disk-a-name-of-26-characters-xx-root";
        swap = "disk-a-name-of-26-characters-xx-swap";
      }
      {
        esp = "disk-a-name-of-27-cha-95e04059-esp";
        root = "disk-a-name-of-27-cha-95e04059-root";
        swap = "disk-a-name-of-27-cha-95e04059-swap";
      }
    ];
  };

  "test: a disk keeps the name that it was formatted with" = {
    expr =
      map
        (config: [
          config.fileSystems."/".device
          (lib.head config.swapDevices).device
        ])
        [
          (withDisk "btrfs" {
            label = "disk-web-old";
            swapSize = "4G";
          })
          (configOf { stateVersion = "25.11"; } [
            layouts.btrfs
            {
              nixfleet.disk = {
                device = "/dev/disk/by-id/one";
                swapSize = "4G";
              };
            }
          ])
        ];
    expected = [
      [
        "/dev/disk/by-partlabel/disk-web-old-root"
        "/dev/disk/by-partlabel/disk-web-old-swap"
      ]
      [
        "/dev/disk/by-partlabel/disk-main-root"
        "/dev/disk/by-partlabel/disk-main-swap"
      ]
    ];
  };

  "test: a pool has the host's name, and keeps the one that it was made with" = {
    expr = map (config: config.fileSystems."/".device) [
      (withDisk "zfs" { })
      (withDisk "zfs" { pool = "tank"; })
      (configOf { stateVersion = "25.11"; } [
        layouts.zfs
        { nixfleet.disk.device = "/dev/disk/by-id/one"; }
      ])
    ];
    expected = [
      "rpool-db-01/root"
      "tank/root"
      "rpool/root"
    ];
  };

  "test: a name that ZFS reserves is refused" = {
    expr = (withDisk "zfs" { pool = "mirror-1"; }).nixfleet.disk.pool;
    expectedError.msg = "nixfleet.disk.pool";
  };

  "test: a name that no partition can bear is refused" = {
    expr = (withDisk "ext4" { label = "a-name-of-32-characters-xxxxxxxx"; }).nixfleet.disk.label;
    expectedError.msg = "nixfleet.disk.label";
  };

  "test: a host that says its id is not asked what it was" = {
    expr = map (modules: (withLayout "zfs" modules).system.preSwitchChecks ? nixfleetHostId) [
      [ ]
      [ { networking.hostId = "0badcafe"; } ]
      [ { networking.hostId = lib.mkDefault "0badcafe"; } ]
    ];
    expected = [
      true
      false
      false
    ];
  };

  "test: a name that may mean another disk after a reboot is warned about" = {
    expr = map (device: warnsAbout device (withDisk "ext4" { inherit device; })) [
      "/dev/sda"
      "/dev/nvme0n1"
      "/dev/mmcblk0"
      "/dev/vda"
      "/dev/disk/by-id/one"
    ];
    expected = [
      true
      true
      true
      false
      false
    ];
  };

  "test: so is a further disk of the user's own" = {
    expr = warnsAbout "/dev/sdb" (
      configOf { } [
        layouts.ext4
        {
          nixfleet.disk.device = "/dev/disk/by-id/one";
          disko.devices.disk.data = {
            device = "/dev/sdb";
            content = {
              type = "filesystem";
              format = "ext4";
              mountpoint = "/data";
            };
          };
        }
      ]
    );
    expected = true;
  };

  "test: the warning can be answered, and a VM has none" = {
    expr = [
      (warnsAbout "/dev/sda" (
        withDisk "ext4" {
          device = "/dev/sda";
          warnUnstableDevice = false;
        }
      ))
      (warnsAbout "/dev/sda" (
        configOf { isVm = true; } [
          layouts.ext4
          { nixfleet.disk.device = "/dev/sda"; }
        ]
      ))
    ];
    expected = [
      false
      false
    ];
  };
}
