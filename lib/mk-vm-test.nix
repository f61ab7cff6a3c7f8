/**
  A NixOS test of a fleet's hosts, for `nix flake check`: each host's modules boot in a VM of NixOS's
  test driver, and what `nixfleet.vmTest` says must hold.

  It is quicker than `nixfleet test-vm` and checks less: the driver has a disk of its own, so nothing
  is installed, and the root is not wiped. It needs a builder with the features `kvm` and
  `nixos-test`.

  # Inputs
  - `pkgs`: the package set that runs the test.
  - `hosts`: NixOS hosts as `mkHost` returns them, by name.
  - `name`: name of the test. Default: `"fleet"`.
  - `modules`: more modules for each host in the test.
  - `testScript`: a script for NixOS's test driver in place of the one that checks
    `nixfleet.vmTest`.

  # Type
  `mkVmTest :: { pkgs, hosts, name ?, modules ?, testScript ? } -> Derivation`

  # Example
  ```nix
  checks.x86_64-linux.web = nixfleet.lib.mkVmTest {
    pkgs = nixpkgs.legacyPackages.x86_64-linux;
    hosts = { inherit (self.nixosConfigurations) web-01 web-02; };
  };
  ```
*/
{
  pkgs,
  hosts,
  name ? "fleet",
  modules ? [ ],
  testScript ? null,
}:
let
  inherit (pkgs) lib;
  inherit (import ./priority.nix { inherit lib; }) taste;

  checks = lib.mapAttrs (_: host: host.config.nixfleet.vmTest) hosts;

  # A machine that is not of the fleet, for the ports that must be open to one.
  needsOutside = lib.any (check: lib.any (port: port.from == "outside") check.ports) (
    lib.attrValues checks
  );

  forTheTest = host: {
    # The test driver brings the disk.
    disko.enableConfig = lib.mkForce false;
    nixfleet.impermanence.enable = lib.mkForce false;
    # So it does the cards.
    hostSpec.networking = lib.mkForce { };

    environment.systemPackages = [ host.pkgs.curl ];

    # The host's packages, as its platform, settings and overlays made them. Where no package set is
    # given the driver sets `nixpkgs.system`, which NixOS refuses beside `nixpkgs.hostPlatform`.
    nixpkgs = {
      inherit (host) pkgs;
      config = lib.mkForce { };
      overlays = lib.mkForce [ ];
    };
  };
in
pkgs.testers.runNixOSTest {
  inherit name;

  nodes =
    lib.mapAttrs (_: host: {
      # What `nixosSystem` was given, which it keeps for those who build a system like it.
      imports = host._module.args.modules ++ [ (forTheTest host) ] ++ modules;
      virtualisation = {
        memorySize = taste host.config.nixfleet.vmTest.memory;
        cores = taste host.config.nixfleet.vmTest.cores;
      };
    }) hosts
    // lib.optionalAttrs needsOutside { outside = { }; };

  # Otherwise a host could not even name its platform.
  node.pkgsReadOnly = false;
  node.specialArgs = removeAttrs (lib.foldl' (all: host: all // host._module.specialArgs) { } (
    lib.attrValues hosts
  )) [ "modulesPath" ];

  # The script below is not typed.
  skipTypeCheck = testScript == null;
  testScript =
    if testScript != null then
      testScript
    else
      ''
        import json

        CHECKS = json.loads(${builtins.toJSON (builtins.toJSON checks)})

        ${builtins.readFile ./vm-test/script.py}
      '';
}
