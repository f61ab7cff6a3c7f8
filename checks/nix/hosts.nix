# The hosts that tests of modules look at: their configurations.
{ inputs, nixfleet }:
let
  inherit (inputs.nixpkgs) lib;
in
rec {
  # A host from mkHost's arguments, in place of or beside these, and modules.
  configOf =
    args: modules:
    (nixfleet.mkHost (
      {
        hostName = "db-01";
        platform = "x86_64-linux";
        stateVersion = "26.05";
        hostSpec = {
          userName = "ops";
          sshAuthorizedKeys = [
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIsXvYbQoGbRKmFzXT0jcY3r6YxHnJ3Vd9b5mGqTzC0a"
          ];
        };
        modules = [ rootFileSystem ] ++ modules;
      }
      // args
    )).config;

  # What a host needs to be built; where a test says more, that is taken in its place.
  rootFileSystem.fileSystems."/" = lib.mkDefault {
    device = "/dev/vda1";
    fsType = "ext4";
  };

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
    nixfleet.mkHost {
      inherit hostName;
      platform = "x86_64-linux";
      stateVersion = "26.05";
      isVm = true;
      hostSpec.sshAuthorizedKeys = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIsXvYbQoGbRKmFzXT0jcY3r6YxHnJ3Vd9b5mGqTzC0a"
      ];
      modules = [
        {
          nixfleet = { inherit vmTest; };
          # NixOS gives these to each system; where it is evaluated without NixOS, they come from here.
          _module.args.modules = lib.mkDefault [ { networking = { inherit hostName; }; } ];
        }
      ];
    };
}
