# `mkVmTest`: a NixOS test of hosts' `nixfleet.vmTest`.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;
  inherit (import ../hosts.nix { inherit inputs nixfleet; }) testedVm;

  testOf =
    args: hosts:
    (nixfleet.mkVmTest (
      {
        # The arguments of the test driver; `real/vm-test.nix` has the driver itself.
        pkgs = inputs.nixpkgs.legacyPackages.x86_64-linux // {
          testers.runNixOSTest = test: { inherit test; };
        };
        inherit hosts;
      }
      // args
    )).test;
in
{
  "test: a test has a node for each host, of the size it asks for" = {
    expr =
      let
        test = testOf { } {
          web-01 = testedVm "web-01" { memory = 2048; };
          web-02 = testedVm "web-02" { };
        };
      in
      {
        inherit (test) name;
        memory = lib.mapAttrs (_: node: node.virtualisation.memorySize.content) test.nodes;
        modules = lib.all (node: lib.length node.imports >= 2) (lib.attrValues test.nodes);
        inherit (test.node) pkgsReadOnly;
        specialArgs = lib.attrNames test.node.specialArgs;
      };
    expected = {
      name = "fleet";
      memory = {
        web-01 = 2048;
        web-02 = 1024;
      };
      modules = true;
      pkgsReadOnly = false;
      specialArgs = [
        "inputs"
        "nixfleet"
      ];
    };
  };

  "test: a node has its host's packages, and the driver's disk" = {
    expr =
      let
        hosts.web-01 = testedVm "web-01" { };
        ours = lib.last (testOf { } hosts).nodes.web-01.imports;
      in
      {
        pkgs = ours.nixpkgs.pkgs.system;
        config = ours.nixpkgs.config.content;
        disk = ours.disko.enableConfig.content;
      };
    expected = {
      pkgs = "x86_64-linux";
      config = { };
      disk = false;
    };
  };

  "test: a port that must be open to the outside brings a machine from there" = {
    expr =
      lib.attrNames
        (testOf { } {
          web-01 = testedVm "web-01" {
            ports = [
              {
                port = 80;
                from = "outside";
              }
            ];
          };
        }).nodes;
    expected = [
      "outside"
      "web-01"
    ];
  };

  "test: the test's script has every assertion, and the user's replaces it" = {
    expr =
      let
        hosts.web-01 = testedVm "web-01" { commands = [ "echo 'it''s'" ]; };
      in
      {
        own = lib.hasInfix (builtins.toJSON (
          builtins.toJSON {
            web-01 = hosts.web-01.config.nixfleet.vmTest;
          }
        )) (testOf { } hosts).testScript;
        users = (testOf { testScript = "start_all()"; } hosts).testScript;
      };
    expected = {
      own = true;
      users = "start_all()";
    };
  };

  "test: modules for the test reach each node" = {
    expr =
      lib.last
        (testOf { modules = [ { a = 1; } ]; } { web-01 = testedVm "web-01" { }; }).nodes.web-01.imports;
    expected = {
      a = 1;
    };
  };
}
