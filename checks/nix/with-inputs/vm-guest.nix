# A guest of QEMU: what `isVm` adds.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;
  layouts = nixfleet.nixosModules.disks;

  inherit (import ../hosts.nix { inherit inputs nixfleet; }) configOf fileSystems;

  guest = args: configOf ({ isVm = true; } // args);

  # The last is what the system writes to (Linux: admin-guide/serial-console).
  consoles = config: lib.filter (lib.hasPrefix "console=") config.boot.kernelParams;
in
{
  "test: a guest has a disk without being told of one" = {
    expr =
      let
        config = guest { } [ ];
      in
      {
        inherit (config.disko.devices.disk.main) device;
        fileSystems = fileSystems config;
        builds = lib.isString config.system.build.toplevel.drvPath;
        formats = lib.isString config.system.build.diskoScript.drvPath;
      };
    expected = {
      device = "/dev/vda";
      fileSystems = {
        "/" = "ext4";
        "/boot" = "vfat";
      };
      builds = true;
      formats = true;
    };
  };

  "test: each layout replaces that disk, and takes its device" = {
    expr = lib.mapAttrs (
      layout: _:
      let
        config = guest { } [ layouts.${layout} ];
      in
      [
        config.disko.devices.disk.main.device
        (lib.attrNames config.disko.devices.disk)
        config.fileSystems."/".fsType
        (lib.isString config.system.build.toplevel.drvPath)
      ]
    ) layouts;
    expected =
      lib.mapAttrs
        (_: root: [
          "/dev/vda"
          [ "main" ]
          root
          true
        ])
        {
          bios-ext4 = "ext4";
          ext4 = "ext4";
          btrfs = "btrfs";
          btrfs-impermanence = "btrfs";
          luks-btrfs-impermanence = "btrfs";
          zfs = "zfs";
        };
  };

  "test: a layout of the user's own replaces it whole" = {
    expr =
      lib.attrNames
        (guest { } [
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
        ]).disko.devices.disk;
    expected = [ "mine" ];
  };

  "test: the user's device stays" = {
    expr = (guest { } [ { nixfleet.disk.device = "/dev/sda"; } ]).disko.devices.disk.main.device;
    expected = "/dev/sda";
  };

  "test: an impermanent guest has a disk that fits, of either kind" = {
    expr =
      map
        (
          rootKind:
          let
            config = guest { } [
              {
                nixfleet.impermanence = {
                  enable = true;
                  inherit rootKind;
                };
              }
            ];
          in
          [
            (fileSystems config)
            (lib.isString config.system.build.toplevel.drvPath)
          ]
        )
        [
          "btrfs"
          "tmpfs"
        ];
    expected =
      map
        (root: [
          {
            "/" = root;
            "/boot" = "vfat";
            "/nix" = "btrfs";
            "/persist" = "btrfs";
          }
          true
        ])
        [
          "btrfs"
          "tmpfs"
        ];
  };

  "test: the serial port, which differs by platform, is the console" = {
    expr = map (platform: lib.last (consoles (guest { inherit platform; } [ ]))) [
      "x86_64-linux"
      "aarch64-linux"
    ];
    expected = [
      "console=ttyS0,115200"
      "console=ttyAMA0,115200"
    ];
  };

  "test: it boots with fresh firmware variables, and answers the host" = {
    expr =
      let
        config = guest { } [ ];
      in
      {
        inherit (config.boot.loader.efi) canTouchEfiVariables;
        systemd-boot = config.boot.loader.systemd-boot.enable;
        agent = config.services.qemuGuest.enable;
        virtio = lib.elem "virtio_blk" config.boot.initrd.availableKernelModules;
      };
    expected = {
      canTouchEfiVariables = false;
      systemd-boot = true;
      agent = true;
      virtio = true;
    };
  };

  "test: a host that is no guest has none of it" = {
    expr =
      let
        config = guest { isVm = false; } [ ];
      in
      {
        agent = config.services.qemuGuest.enable;
        disks = config.disko.devices.disk;
        console = consoles config;
      };
    expected = {
      agent = false;
      disks = { };
      console = [ ];
    };
  };
}
