# The flake's inputs for the tests: those in the folder $NIXFLEET_INPUTS, if there is one, else
# the locked ones, from the network. $NIXFLEET_NIXOS is the store path of a whole nixpkgs to take in
# place of the folder's `nixpkgs`, which may be a part of one.
let
  inherit (builtins) getEnv listToAttrs storePath;
  folder = getEnv "NIXFLEET_INPUTS";
  nixos = getEnv "NIXFLEET_NIXOS";

  # A flake's outputs from its source alone. What it would lock is given by hand.
  flake =
    source: inputs:
    let
      self = (import (source + "/flake.nix")).outputs (inputs // { inherit self; }) // {
        outPath = source;
      };
    in
    self;

  laidOut = rec {
    nixpkgs =
      if nixos == "" then flake (folder + "/nixpkgs") { } else sharing (flake (storePath nixos) { });
    darwin = flake (folder + "/darwin") { inherit nixpkgs; };
    home-manager = flake (folder + "/home-manager") { inherit nixpkgs; };
    disko = flake (folder + "/disko") { inherit nixpkgs; };
    impermanence = flake (folder + "/impermanence") { inherit nixpkgs home-manager; };
    flake-parts = flake (folder + "/flake-parts") {
      nixpkgs-lib = flake (folder + "/nixpkgs-lib") { };
    };
  };

  # The same, but that NixOS hosts which ask for nothing of their own share their packages: these are
  # most of what a host's evaluation costs. `real/sharing.nix` shows that the host is the same.
  sharing =
    nixpkgs:
    let
      packagesOf = listToAttrs (
        map
          (system: {
            name = system;
            value = import nixpkgs { inherit system; };
          })
          [
            "x86_64-linux"
            "aarch64-linux"
          ]
      );
      module =
        { config, options, ... }:
        let
          own = options.nixpkgs;
          inherit (config.nixpkgs) hostPlatform buildPlatform;
          inherit (nixpkgs.lib.systems) elaborate equals;
          plain =
            !own.pkgs.isDefined
            && own.hostPlatform.isDefined
            && packagesOf ? ${hostPlatform.system}
            && equals hostPlatform (elaborate hostPlatform.system)
            && equals buildPlatform hostPlatform
            && config.nixpkgs.config == { }
            && config.nixpkgs.overlays == [ ];
        in
        {
          # Just stronger than NixOS's own.
          _module.args.pkgs = nixpkgs.lib.mkIf plain (
            nixpkgs.lib.mkOverride (
              nixpkgs.lib.modules.defaultOverridePriority - 1
            ) packagesOf.${hostPlatform.system}
          );
        };
    in
    nixpkgs
    // {
      unshared = nixpkgs;
      lib = nixpkgs.lib // {
        nixosSystem = args: nixpkgs.lib.nixosSystem (args // { modules = [ module ] ++ args.modules; });
      };
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
