# `mkVmTest` by NixOS's own test driver.
{ inputs, nixfleet, ... }:
let
  inherit (import ../hosts.nix { inherit inputs nixfleet; }) testedVm;
  test = nixfleet.mkVmTest {
    pkgs = inputs.nixpkgs.legacyPackages.x86_64-linux;
    hosts.web-01 = testedVm "web-01" {
      memory = 2048;
      ports = [
        {
          port = 80;
          from = "outside";
        }
      ];
    };
  };
  node = test.nodes.web-01;
in
{
  "test: the test is one that can be built" = {
    expr = builtins.match ".*-vm-test-run-fleet[.]drv" test.drvPath != null;
    expected = true;
  };

  "test: a node is the host, on the driver's disk and with its memory" = {
    expr = [
      node.networking.hostName
      node.hostSpec.hostName
      node.virtualisation.memorySize
      node.fileSystems."/".fsType
      (builtins.attrNames test.nodes)
    ];
    expected = [
      "web-01"
      "web-01"
      2048
      "ext4"
      [
        "outside"
        "web-01"
      ]
    ];
  };
}
