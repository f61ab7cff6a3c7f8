# The flake's inputs for the tests: those in the folder $NIXFLEET_INPUTS, if there is one, else
# the locked ones, from the network.
let
  folder = builtins.getEnv "NIXFLEET_INPUTS";

  # A flake's outputs from its source alone. What it would lock is given by hand.
  flake =
    name: inputs:
    let
      source = folder + "/${name}";
      self = (import (source + "/flake.nix")).outputs (inputs // { inherit self; }) // {
        outPath = source;
      };
    in
    self;

  laidOut = rec {
    nixpkgs = flake "nixpkgs" { };
    darwin = flake "darwin" { inherit nixpkgs; };
    home-manager = flake "home-manager" { inherit nixpkgs; };
    disko = flake "disko" { inherit nixpkgs; };
    impermanence = flake "impermanence" { inherit nixpkgs home-manager; };
    flake-parts = flake "flake-parts" { nixpkgs-lib = flake "nixpkgs-lib" { }; };
  };
in
if folder != "" then
  laidOut
else
  (builtins.getFlake (toString ../..)).inputs
  // {
    # No input of the library: whoever uses its module has it.
    flake-parts = builtins.getFlake "github:hercules-ci/flake-parts/427bf4bd9435fdf21321c8cc628c24efc14c0f7a";
  }
