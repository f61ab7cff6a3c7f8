# The demo fleet's inputs, whose guests get what NixFleet's modules of the agent and the control plane
# make of their settings.
let
  demo = import ../../demo-fleet/inputs.nix;
  lib = import ../../../nixpkgs-lib;
  mergeModules = import ../../demo-fleet/nixpkgs/merge-modules.nix;
in
demo
// {
  nixpkgs = demo.nixpkgs // {
    lib = demo.nixpkgs.lib // {
      nixosSystem =
        { modules, ... }@args:
        demo.nixpkgs.lib.nixosSystem (
          args
          // {
            modules = modules ++ [
              (import ./services.nix {
                inherit lib modules;
                given = mergeModules modules;
              })
            ];
          }
        );
    };
  };
}
