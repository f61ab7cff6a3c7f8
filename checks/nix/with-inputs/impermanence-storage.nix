# Impermanence: where what stays lies, and what is said where it lies nowhere.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;
  hosts = import ../hosts.nix { inherit inputs nixfleet; };
  inherit (hosts) toplevel;
  on = hosts.impermanent;

  # A host with a layout of its own: file systems beside a btrfs root.
  beside =
    fileSystems: settings:
    hosts.configOf { } [
      hosts.unaudited
      {
        nixfleet.impermanence = {
          enable = true;
        }
        // settings;
        fileSystems = {
          "/" = {
            device = "/dev/disk/by-id/one-part1";
            fsType = "btrfs";
            options = [ "subvol=/root" ];
          };
        }
        // fileSystems;
      }
    ];
  nix = {
    device = "/dev/disk/by-id/one-part1";
    fsType = "btrfs";
    options = [ "subvol=/nix" ];
  };
  nowhere = place: "no file system is mounted at `${place}`";
in
{
  "test: a host that has no place for what stays is refused" = {
    expr = toplevel (beside { "/nix" = nix; } { });
    expectedError.msg = nowhere "/persist";
  };

  "test: a file system in memory is no place" = {
    expr = toplevel (on [
      {
        fileSystems."/persist" = lib.mkForce {
          device = "none";
          fsType = "tmpfs";
        };
      }
    ]);
    expectedError.msg = nowhere "/persist";
  };

  "test: nor is one whose name only begins so" = {
    expr = toplevel (beside { "/per" = nix; } { });
    expectedError.msg = nowhere "/persist";
  };

  "test: a folder of a file system that lasts is one" = {
    expr = lib.isString (toplevel (beside { "/nix" = nix; } { persistRoot = "/nix/persist"; }));
    expected = true;
  };
}
