# The disk layouts: each evaluates to a system and a script that formats the disk.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;
  layouts = nixfleet.nixosModules.disks;

  inherit (import ../hosts.nix { inherit inputs nixfleet; }) withLayout configOf fileSystems;

  on =
    layout: disk:
    configOf { } [
      layouts.${layout}
      {
        nixfleet.disk = {
          device = "/dev/disk/by-id/one";
        }
        // disk;
      }
    ];

  partitions = config: config.disko.devices.disk.main.content.partitions;
  warnsAbout = name: config: lib.any (text: lib.hasInfix "`${name}`" text) config.warnings;
in
{
  "test: each layout, found by reading the folder, evaluates to a system and a disk script" = {
    expr = lib.filterAttrs (_: drvPaths: !lib.all lib.isString drvPaths) (
      lib.mapAttrs (
        layout: _:
        let
          inherit ((on layout { swapSize = "4G"; }).system) build;
        in
        [
          build.toplevel.drvPath
          build.diskoScript.drvPath
          build.formatScript.drvPath
          build.mountScript.drvPath
        ]
      ) layouts
    );
    expected = { };
  };

  "test: the layouts that the book names are there" = {
    expr = lib.attrNames layouts;
    expected = [
      "bios-ext4"
      "btrfs"
      "btrfs-impermanence"
      "ext4"
      "luks-btrfs-impermanence"
      "zfs"
    ];
  };

  "test: each layout mounts what its kind needs" = {
    expr = lib.mapAttrs (layout: _: fileSystems (on layout { })) layouts;
    expected = {
      bios-ext4."/" = "ext4";
      ext4 = {
        "/" = "ext4";
        "/boot" = "vfat";
      };
      btrfs = {
        "/" = "btrfs";
        "/boot" = "vfat";
        "/home" = "btrfs";
        "/nix" = "btrfs";
        "/var/log" = "btrfs";
      };
      btrfs-impermanence = {
        "/" = "btrfs";
        "/boot" = "vfat";
        "/nix" = "btrfs";
        "/persist" = "btrfs";
      };
      luks-btrfs-impermanence = {
        "/" = "btrfs";
        "/boot" = "vfat";
        "/nix" = "btrfs";
        "/persist" = "btrfs";
      };
      zfs = {
        "/" = "zfs";
        "/boot" = "vfat";
        "/home" = "zfs";
        "/nix" = "zfs";
        "/var" = "zfs";
      };
    };
  };

  "test: the disk that is formatted is the one set" = {
    expr = lib.unique (
      lib.mapAttrsToList (layout: _: (on layout { }).disko.devices.disk.main.device) layouts
    );
    expected = [ "/dev/disk/by-id/one" ];
  };

  "test: without a device there is no guess" = {
    expr = (configOf { } [ layouts.ext4 ]).system.build.diskoScript.drvPath;
    expectedError.msg = "nixfleet.disk.device";
  };

  "test: a device that is no path of one is refused" = {
    expr = (on "ext4" { device = "sda"; }).nixfleet.disk.device;
    expectedError.msg = "nixfleet.disk.device";
  };

  "test: the EFI partition has the size set, and only root reads it" = {
    expr =
      let
        inherit (partitions (on "btrfs" { espSize = "512M"; })) esp;
      in
      {
        inherit (esp) size type;
        inherit (esp.content) mountOptions;
      };
    expected = {
      size = "512M";
      type = "EF00";
      mountOptions = [ "umask=0077" ];
    };
  };

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
          (on "btrfs" {
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
      (on "zfs" { })
      (on "zfs" { pool = "tank"; })
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
    expr = (on "zfs" { pool = "mirror-1"; }).nixfleet.disk.pool;
    expectedError.msg = "nixfleet.disk.pool";
  };

  "test: a name that no partition can bear is refused" = {
    expr = (on "ext4" { label = "a-name-of-32-characters-xxxxxxxx"; }).nixfleet.disk.label;
    expectedError.msg = "nixfleet.disk.label";
  };

  "test: as many generations are kept as the EFI partition has room for" = {
    expr = map (disk: (on "ext4" disk).boot.loader.systemd-boot.configurationLimit) [
      { }
      { espSize = "512M"; }
      { espSize = "1T"; }
      { espSize = "1M"; }
    ];
    expected = [
      10
      5
      20
      2
    ];
  };

  "test: more generations than can fit are warned of" = {
    expr =
      map
        (
          configurationLimit:
          lib.any (lib.hasInfix "configurationLimit = 17;")
            (configOf { } [
              layouts.ext4
              {
                nixfleet.disk = {
                  device = "/dev/disk/by-id/one";
                  espSize = "512M";
                };
                boot.loader.systemd-boot = { inherit configurationLimit; };
              }
            ]).warnings
        )
        [
          17
          18
          null
        ];
    expected = [
      false
      true
      true
    ];
  };

  "test: file systems with checksums are read through each month" = {
    expr = lib.mapAttrs (
      layout: _:
      let
        inherit ((on layout { }).services) btrfs zfs;
      in
      [
        btrfs.autoScrub.enable
        zfs.autoScrub.enable
      ]
    ) layouts;
    expected = {
      bios-ext4 = [
        false
        false
      ];
      ext4 = [
        false
        false
      ];
      btrfs = [
        true
        false
      ];
      btrfs-impermanence = [
        true
        false
      ];
      luks-btrfs-impermanence = [
        true
        false
      ];
      zfs = [
        false
        true
      ];
    };
  };

  "test: a size that disko does not know is refused" = {
    expr = (on "ext4" { swapSize = "4 GB"; }).nixfleet.disk.swapSize;
    expectedError.msg = "nixfleet.disk.swapSize";
  };

  "test: there is swap where a size is set, and none otherwise" = {
    expr = map (swapSize: lib.length (on "ext4" { inherit swapSize; }).swapDevices) [
      "4G"
      null
    ];
    expected = [
      1
      0
    ];
  };

  "test: swap beside an encrypted disk is encrypted too" = {
    expr = map (layout: (partitions (on layout { swapSize = "4G"; })).swap.content.randomEncryption) [
      "luks-btrfs-impermanence"
      "btrfs-impermanence"
    ];
    expected = [
      true
      false
    ];
  };

  "test: the encrypted root is asked for, or read from a file at the install" = {
    expr =
      map
        (
          luksPasswordFile:
          let
            luks = (partitions (on "luks-btrfs-impermanence" { inherit luksPasswordFile; })).root.content;
          in
          {
            inherit (luks) type name askPassword;
          }
        )
        [
          null
          "/tmp/luks-password"
        ];
    expected = [
      {
        type = "luks";
        name = "root";
        askPassword = true;
      }
      {
        type = "luks";
        name = "root";
        askPassword = false;
      }
    ];
  };

  "test: the layouts for impermanence switch it on, a user can switch it off" = {
    expr = [
      (on "btrfs-impermanence" { }).nixfleet.impermanence.enable
      (on "luks-btrfs-impermanence" { }).nixfleet.impermanence.enable
      (configOf { } [
        layouts.btrfs-impermanence
        {
          nixfleet.disk.device = "/dev/disk/by-id/one";
          nixfleet.impermanence.enable = false;
        }
      ]).nixfleet.impermanence.enable
      (on "btrfs" { }).nixfleet.impermanence.enable
    ];
    expected = [
      true
      true
      false
      false
    ];
  };

  "test: ZFS has a host id that follows from the host's name" = {
    expr =
      let
        config = on "zfs" { };
      in
      {
        inherit (config.networking) hostId;
        inherit (config.boot.zfs) devNodes forceImportRoot;
      };
    expected = {
      # echo -n db-01 | sha256sum | head -c 8
      hostId = builtins.substring 0 8 (builtins.hashString "sha256" "db-01");
      devNodes = "/dev/disk/by-partuuid";
      forceImportRoot = true;
    };
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
    expr = map (device: warnsAbout device (on "ext4" { inherit device; })) [
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
        on "ext4" {
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
