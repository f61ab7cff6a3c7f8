# The fleet that the checks install and test. It is a fleet like any other, but for one thing:
# `nixpkgs` is the folder beside this file, which builds small Debian guests, so that the whole
# path can be walked where neither NixOS's cache nor GitHub is at hand.
{
  description = "NixFleet's demo fleet: three hosts, tested in QEMU";

  outputs =
    { self }:
    let
      nixfleet = import ../../lib { inputs = import ./inputs.nix; };
    in
    nixfleet.mkFleet {
      # The private half lies beside it, for everyone to read: a key for these test guests only.
      isoSshKeys = [ (import ./key.nix) ];

      # The apps run the tool that is on PATH: the one under test.
      package = pkgs: pkgs.toolOnPath;

      defaults.hostSpec = {
        userName = "ops";
        sshAuthorizedKeys = [ (import ./key.nix) ];
      };

      hosts.web-01 = {
        platform = "x86_64-linux";
        isVm = true;
        hostSpec.timeZone = "Europe/Berlin";
        modules = [ ./web-01.nix ];
      };

      # Impermanent, and made for a machine with two disks.
      hosts.db-01 = {
        platform = "x86_64-linux";
        modules = [ ./db-01.nix ];
      };

      # Made for a machine of its own, whose disk has a name that QEMU's has not.
      hosts.web-02 = {
        platform = "x86_64-linux";
        modules = [ { nixfleet.disk.device = "/dev/disk/by-id/nvme-demo-0001"; } ];
      };
    };
}
