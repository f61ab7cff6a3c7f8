# The hosts that tests of modules look at: their configurations.
{ inputs, nixfleet }:
let
  inherit (inputs.nixpkgs) lib;
  inherit (import ./host.nix { inherit lib nixfleet; }) hostOf key ops;
in
rec {
  # A host from mkHost's arguments, in place of or beside these, and modules.
  configOf =
    args: modules:
    (hostOf (
      {
        hostName = "db-01";
        hostSpec = ops;
        inherit modules;
      }
      // args
    )).config;

  # A module that sets an option which later releases of NixOS have, and declares it where this one
  # does not.
  ofLaterNixos =
    path: type: value:
    {
      config = lib.setAttrByPath path value;
    }
    // lib.optionalAttrs (!lib.hasAttrByPath path (configOf { } [ ])) {
      options = lib.setAttrByPath path (lib.mkOption { inherit type; });
    };

  # A host with one of the disk layouts.
  withLayout =
    layout: modules:
    configOf { } (
      [
        nixfleet.nixosModules.disks.${layout}
        { nixfleet.disk.device = "/dev/disk/by-id/one"; }
      ]
      ++ modules
    );

  # One with settings of the layout's disk.
  withDisk =
    layout: disk:
    configOf { } [
      nixfleet.nixosModules.disks.${layout}
      {
        nixfleet.disk = {
          device = "/dev/disk/by-id/one";
        }
        // disk;
      }
    ];

  # The partitions of its one disk, by name.
  partitions = config: config.disko.devices.disk.main.content.partitions;

  # An impermanent host.
  audited = withLayout "btrfs-impermanence";

  # One whose audit is silent, for tests of something else.
  impermanent = modules: audited ([ unaudited ] ++ modules);
  unaudited.nixfleet.impermanence.audit = lib.mkDefault "off";

  # Whether all of a host evaluates: a path, or the error.
  toplevel = config: config.system.build.toplevel.drvPath;

  # The paths of the folders that last.
  persisted =
    config: map (entry: entry.dirPath) config.environment.persistence."/persist".directories;

  # Where file systems are mounted by the initrd.
  early = config: lib.attrNames (lib.filterAttrs (_: fs: fs.neededForBoot) config.fileSystems);

  hostKeys = config: map (key: key.path) config.services.openssh.hostKeys;

  fileSystems = config: lib.mapAttrs (_: fs: fs.fsType) config.fileSystems;

  # A VM by its name and its `nixfleet.vmTest`.
  testedVm =
    hostName: vmTest:
    hostOf {
      inherit hostName;
      isVm = true;
      hostSpec.sshAuthorizedKeys = [ key ];
      modules = [
        {
          nixfleet = { inherit vmTest; };
          # NixOS gives these to each system; where it is evaluated without NixOS, they come from here.
          _module.args.modules = lib.mkDefault [ { networking = { inherit hostName; }; } ];
        }
      ];
    };
}
