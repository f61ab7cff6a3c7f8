# systemd-boot is the core's choice where nothing speaks of another boot loader.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;
  inherit (import ../hosts.nix { inherit inputs nixfleet; }) configOf ofLaterNixos withLayout;

  systemdBoot = modules: (configOf { } modules).boot.loader.systemd-boot.enable;
  partition = type: {
    size = "1M";
    inherit type;
  };
  diskWith = types: {
    disko.devices.disk.main = {
      device = "/dev/vda";
      content = {
        type = "gpt";
        partitions = lib.genAttrs types partition;
      };
    };
  };
  # A table of disko's older kind.
  olderDisk = format: partitions: {
    disko.devices.disk.main = {
      device = "/dev/vda";
      content = {
        type = "table";
        inherit format;
        partitions = partitions ++ [
          {
            name = "root";
            start = "500M";
            end = "100%";
            content = {
              type = "filesystem";
              format = "ext4";
              mountpoint = "/";
            };
          }
        ];
      };
    };
  };
in
{
  "test: a host that says nothing of a boot loader has systemd-boot, and UEFI is told" = {
    expr =
      let
        inherit ((configOf { } [ ]).boot) loader;
      in
      [
        loader.systemd-boot.enable
        loader.efi.canTouchEfiVariables
      ];
    expected = [
      true
      true
    ];
  };

  # What of GRUB's settings no one writes for a host that is not to boot by it.
  "test: it yields to GRUB, whichever way that is asked for" = {
    expr = lib.mapAttrs (_: grub: systemdBoot [ { boot.loader = { inherit grub; }; } ]) {
      on.enable = true;
      device.device = "/dev/sda";
      noDevice.device = "nodev";
      devices.devices = [
        "/dev/sda"
        "/dev/sdb"
      ];
      asDefault.device = lib.mkDefault "/dev/vda";
      mirrored.mirroredBoots = [
        {
          path = "/boot";
          devices = [ "/dev/sda" ];
        }
      ];
      removable = {
        efiSupport = true;
        efiInstallAsRemovable = true;
      };
      conditional = lib.mkIf true { enable = lib.mkForce true; };
    };
    expected = lib.genAttrs [
      "on"
      "device"
      "noDevice"
      "devices"
      "asDefault"
      "mirrored"
      "removable"
      "conditional"
    ] (_: false);
  };

  "test: so it does where a module's import says so, or a module that asks what the host is" = {
    expr = map (module: systemdBoot [ module ]) [
      { imports = [ { imports = [ { boot.loader.grub.devices = [ "/dev/vda" ]; } ]; } ]; }
      (
        { config, lib, ... }:
        {
          boot.loader.grub.device = lib.mkIf (config.networking.hostName == "db-01") "/dev/vda";
        }
      )
    ];
    expected = [
      false
      false
    ];
  };

  "test: it does not yield to what is written of GRUB for another's sake" = {
    expr = lib.mapAttrs (_: grub: systemdBoot [ { boot.loader = { inherit grub; }; } ]) {
      limit.configurationLimit = 5;
      # nixos-facter, of every machine with UEFI.
      facter.efiSupport = lib.mkDefault true;
      off = {
        enable = false;
        device = "/dev/sda";
      };
      unless = lib.mkIf false { enable = true; };
    };
    expected = lib.genAttrs [
      "limit"
      "facter"
      "off"
      "unless"
    ] (_: true);
  };

  "test: it yields to any other loader, to a container, and to a disk for a BIOS" = {
    expr = lib.mapAttrs (_: module: systemdBoot [ module ]) {
      extlinux.boot.loader.generic-extlinux-compatible.enable = true;
      external.boot.loader.external = {
        enable = true;
        installHook = "/bin/true";
      };
      # As modules of other people's declare theirs.
      raspberryPi = {
        options.boot.loader.raspberry-pi.enable = lib.mkEnableOption "it";
        config.boot.loader.raspberry-pi.enable = true;
      };
      container.boot.isContainer = true;
      # Windows starts WSL's hosts.
      withoutKernel = ofLaterNixos [ "boot" "kernel" "enable" ] lib.types.bool false;
      # A network boot, a microvm.
      storeFromElsewhere.fileSystems."/nix/.ro-store" = {
        device = "store";
        fsType = "virtiofs";
      };
      bios = diskWith [ "EF02" ];
      # GRUB's partition beside UEFI's may be there for later.
      hybrid = diskWith [
        "EF02"
        "EF00"
      ];
      uefi = diskWith [ "EF00" ];
      olderBios = olderDisk "msdos" [ ];
      olderGrub = olderDisk "gpt" [
        {
          name = "boot";
          start = "0";
          end = "1M";
          flags = [ "bios_grub" ];
        }
      ];
      olderUefi = olderDisk "gpt" [
        {
          name = "ESP";
          start = "1M";
          end = "500M";
          bootable = true;
          content = {
            type = "filesystem";
            format = "vfat";
            mountpoint = "/boot";
          };
        }
      ];
    };
    expected = {
      extlinux = false;
      external = false;
      raspberryPi = false;
      container = false;
      withoutKernel = false;
      storeFromElsewhere = false;
      bios = false;
      hybrid = true;
      uefi = true;
      olderBios = false;
      olderGrub = false;
      olderUefi = true;
    };
  };

  "test: the user's choice stays" = {
    expr = systemdBoot [
      {
        boot.loader = {
          systemd-boot.enable = true;
          grub.device = "nodev";
        };
      }
    ];
    expected = true;
  };

  "test: UEFI's variables are left alone by another loader" = {
    expr =
      (configOf { } [ { boot.loader.grub.device = "nodev"; } ]).boot.loader.efi.canTouchEfiVariables;
    expected = false;
  };

  "test: the layout for a BIOS boots by GRUB from its disk" = {
    expr =
      let
        config = withLayout "bios-ext4" [ ];
      in
      {
        systemd-boot = config.boot.loader.systemd-boot.enable;
        grub = config.boot.loader.grub.devices;
        partitions = lib.mapAttrs (_: partition: partition.type) (
          config.disko.devices.disk.main.content.partitions
        );
      };
    expected = {
      systemd-boot = false;
      grub = [ "/dev/disk/by-id/one" ];
      partitions = {
        bios = "EF02";
        root = "8300";
      };
    };
  };

  "test: two loaders are told by name" = {
    expr = lib.head (
      map (assertion: assertion.assertion)
        (configOf { } [
          {
            boot.loader.grub.enable = true;
            boot.loader.systemd-boot.enable = true;
          }
        ]).assertions
    );
    expectedError.msg = "host .db-01. has two boot loaders, GRUB and systemd-boot";
  };
}
