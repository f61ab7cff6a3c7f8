# The packages that hosts share in these tests, `inputs.nix`: they make no other host.
{ inputs, nixfleet, ... }:
let
  hosts =
    inputs:
    import ../hosts.nix {
      inherit inputs;
      nixfleet = import ../../../lib { inherit inputs; };
    };
  drvPath = inputs: ((hosts inputs).withLayout "ext4" [ ]).system.build.toplevel.drvPath;
in
{
  "test: a host with the shared packages is the same as one with its own" = {
    expr = drvPath inputs;
    expected = drvPath (inputs // { nixpkgs = inputs.nixpkgs.unshared or inputs.nixpkgs; });
  };
}
