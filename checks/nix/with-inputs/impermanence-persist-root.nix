# Impermanence: where the persistent root is, and what is mounted early for it.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;

  hosts = import ../hosts.nix { inherit inputs nixfleet; };

  inherit (hosts)
    early
    hostKeys
    persisted
    toplevel
    ;

  on = hosts.impermanent;
in
{
  "test: the persistent root may be elsewhere" = {
    expr =
      let
        config = on [ { nixfleet.impermanence.persistRoot = "/keep"; } ];
      in
      {
        storage = lib.attrNames config.environment.persistence;
        early = early config;
        keys = lib.all (lib.hasPrefix "/keep/etc/ssh/") (hostKeys config);
        builds = lib.isString (toplevel config);
      };
    expected = {
      storage = [ "/keep" ];
      early = [ "/keep" ];
      keys = true;
      builds = true;
    };
  };

  "test: the persistent root is mounted early without being asked" = {
    expr = early (on [ ]);
    expected = [ "/persist" ];
  };

  "test: so is a file system of its own above a persisted path" = {
    expr = early (on [
      {
        fileSystems."/home" = {
          device = "/dev/disk/by-id/two";
          fsType = "ext4";
        };
        nixfleet.impermanence.users.ops.directories = [ ".ssh" ];
      }
    ]);
    expected = [
      "/home"
      "/persist"
    ];
  };

  "test: a user may say otherwise, and upstream's assertion answers" = {
    expr = toplevel (on [ { fileSystems."/persist".neededForBoot = false; } ]);
    expectedError.msg = "neededForBoot";
  };
}
