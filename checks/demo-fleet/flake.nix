# The fleet that the checks install and test. It is a fleet like any other, but for one thing:
# `nixpkgs` is the folder beside this file, which builds small Debian guests, so that the whole
# path can be walked where neither NixOS's cache nor GitHub is at hand.
{
  description = "NixFleet's demo fleet: four hosts, tested in QEMU";

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

      # Made for a machine of its own, whose disk and network have names that QEMU's have not, and a
      # static address.
      hosts.web-02 = {
        platform = "x86_64-linux";
        hostSpec.networking.interfaces.lan0 = {
          ipv4 = {
            addresses = [ "192.0.2.20/24" ];
            gateway = "192.0.2.1";
          };
          ipv6 = {
            addresses = [ "2001:db8::20/64" ];
            gateway = "2001:db8::1";
          };
        };
        modules = [ ./web-02.nix ];
      };

      # An old server: it starts by BIOS, and two of its cards are one, below a bridge.
      hosts.old-01 = {
        platform = "x86_64-linux";
        hostSpec.networking.interfaces.br0.ipv4 = {
          addresses = [ "192.0.2.30/24" ];
          gateway = "192.0.2.1";
        };
        modules = [ ./old-01.nix ];
      };
    };
}
