# A fleet that keeps itself up to date, for VMs that are tested together: `fleet` is its control plane and
# its cache, and the others ask it by the name that it would have in DNS. Its hosts are the demo fleet's
# Debian guests, with the agents and the control plane of NixFleet's own modules.
#
# A copy of it is what is run: with keys of its own in keys/, programs in bin/ and nixpkgs' lib beside it.
{
  description = "NixFleet's hosts and their control plane, tested in QEMU";

  outputs =
    { self }:
    let
      nixfleet = import ../../../lib { inputs = import ./inputs.nix; };
      key = name: builtins.head (builtins.split "\n" (builtins.readFile (./keys + "/${name}.pub")));
      sshKeys = [ (import ../../demo-fleet/key.nix) ];
      address = "fleet.example.org";

      host = name: module: {
        platform = "x86_64-linux";
        isVm = true;
        hostKey = key name;
        modules = [ module ];
      };
      web = name: host name (import ./web.nix { inherit address; });
    in
    nixfleet.mkFleet {
      name = "together";
      isoSshKeys = sshKeys;
      defaults.hostSpec = {
        userName = "ops";
        sshAuthorizedKeys = sshKeys;
      };

      release = {
        keys = [ (key "release") ];
        controlPlane = {
          address = "${address}:7250";
          key = key "fleet";
        };
        caches = [
          {
            url = "http://${address}/cache";
            key = key "cache";
          }
        ];
        waves = [
          {
            name = "canary";
            hosts = [ "web-01" ];
            soak = "1s";
          }
          { name = "rest"; }
        ];
      };

      hosts = {
        fleet = host "fleet" ./fleet.nix;
        web-01 = web "web-01";
        web-02 = web "web-02";
      };
    };
}
