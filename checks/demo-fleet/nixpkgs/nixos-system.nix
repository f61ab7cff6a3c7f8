# `nixosSystem` for Debian guests: the same arguments, and of the result what installs a host.
{ pkgs, mergeModules }:
{
  modules ? [ ],
  specialArgs ? { },
  ...
}:
let
  given = mergeModules modules;
  hostSpec = given.hostSpec or { };
  installer = given.nixfleet.isoSshKeys or null != null;

  hostName = if installer then "installer" else hostSpec.hostName;
  userName = hostSpec.userName or "";
  keys = hostSpec.sshAuthorizedKeys or [ ];

  device = given.nixfleet.disk.device or "/dev/vda";

  # Disks besides the first have one partition, `data`.
  disks = builtins.removeAttrs (given.disko.devices.disk or { }) [ "main" ];
  diskLines = lines (
    name: disk: "${name} ${disk.device} ${disk.content.partitions.data.content.mountpoint}"
  ) disks;

  lines =
    line: set: builtins.concatStringsSep "\n" (builtins.attrValues (builtins.mapAttrs line set));

  # Units as systemd takes them, all wanted by multi-user.target: services, and texts.
  services = builtins.mapAttrs (name: service: ''
    [Service]
    ${lines (key: value: "${key}=${toString value}") service.serviceConfig}
  '') (given.systemd.services or { });
  texts = builtins.mapAttrs (_: unit: unit.text) (given.systemd.units or { });
  units =
    lines (name: text: "${name}.service ${builtins.toFile "${name}.service" text}") services
    + "\n"
    + lines (name: text: "${name} ${builtins.toFile name text}") texts;

  # Those whom a service runs as.
  users = given.users.users or { };
  systemUsers = builtins.filter (name: users.${name}.isSystemUser or false) (
    builtins.attrNames users
  );

  # As NixOS has them: nixos-anywhere takes the first two along to the installer.
  settings = {
    substituters = [ ];
    trusted-public-keys = [ ];
    trusted-users = [ "root" ];
  }
  // given.nix.settings or { };

  impermanence = import ./impermanence.nix { inherit given userName; };

  network = import ./network.nix (
    {
      inherit hostName;
      interfaces = hostSpec.networking.interfaces or { };
    }
    // builtins.intersectAttrs {
      bonds = null;
      bridges = null;
    } given.networking or { }
  );

  # GRUB, on a machine that starts by BIOS; else systemd-boot.
  bios = given.boot.loader.grub.enable or false;

  config = given // {
    inherit (impermanence) environment services fileSystems;
    nix = given.nix or { } // {
      inherit settings;
    };
    disko.devices.disk = disks // {
      main = { inherit device; };
    };
    system = given.system or { } // {
      build = {
        toplevel = pkgs.run "debian-system-${hostName}" ./toplevel.sh {
          inherit hostName userName;
          inherit (pkgs.base) boot;
          timeZone = hostSpec.timeZone or "UTC";
          keys = builtins.concatStringsSep "\n" keys;
          nginx = given.services.nginx.enable or false;
          inherit units;
          packages = toString (given.environment.systemPackages or [ ]);
          systemUsers = toString systemUsers;
          # A file of its own, as NixOS has it: the same one in each system that says the same.
          hosts = builtins.toFile "hosts" "127.0.0.1 localhost ${hostName}\n";
          inherit (impermanence) persistence hostKey;
          disks = diskLines;
          inherit device bios;
          network = lines (name: text: "${name} ${builtins.toFile name text}") network.files;
          switch = ./switch-to-configuration.sh;
          nixSettings = lines (name: value: "${name} = ${toString value}") settings;
          sudoPassword = given.security.sudo.wheelNeedsPassword or true;
        };

        diskoScript = pkgs.run "disko" ./disko.sh {
          inherit device bios;
          disks = diskLines;
        };

        isoImage = pkgs.run "iso" ./iso.sh {
          inherit (pkgs) base;
          inherit (pkgs.base) boot;
          programs = ./installer;
          imageName = given.image.baseName or "nixfleet-installer";
          keys = builtins.concatStringsSep "\n" given.nixfleet.isoSshKeys;
        };
      };
    };
    nixfleet = {
      vmTest = { };
      vmNetwork = network.cards;
    }
    // given.nixfleet or { };
  };
in
{
  inherit config pkgs;
  inherit (pkgs) lib;
  options = { };
}
