# The public functions that make packages and tables.
{
  inputs,
  lib,
  nixfleet,
}:
let
  pkgs = inputs.nixpkgs.legacyPackages.x86_64-linux;
  commands = [
    "build-vm"
    "clean-vm"
    "deploy"
    "doctor"
    "keys"
    "list"
    "release"
    "rollout"
    "start-vm"
    "status"
    "stop-vm"
    "test-vm"
    "validate"
  ];
in
{
  "test: there is an app for each command" = {
    expr = lib.attrNames (nixfleet.mkApps { inherit pkgs; });
    expected = commands;
  };

  "test: an app is a program of the store with a description" = {
    expr = lib.mapAttrs (
      _: app:
      app.type == "app" && lib.hasPrefix builtins.storeDir app.program && app.meta.description != ""
    ) (nixfleet.mkApps { inherit pkgs; });
    expected = lib.genAttrs commands (_: true);
  };

  "test: an app runs the tool that is given" = {
    expr =
      (nixfleet.mkApps {
        inherit pkgs;
        package = pkgs.hello;
      }).validate.program != (nixfleet.mkApps { inherit pkgs; }).validate.program;
    expected = true;
  };

  # So that `nix run FLAKE#validate` looks at FLAKE, wherever it is run.
  "test: an app knows the fleet that it is of" = {
    expr =
      let
        program = source: (nixfleet.mkApps { inherit pkgs source; }).validate.program;
      in
      program "/nix/store/a/flake.nix" != program "/nix/store/b/flake.nix";
    expected = true;
  };

  "test: the tool is a package" = {
    expr = lib.isDerivation (nixfleet.package pkgs);
    expected = true;
  };

  "test: the overlay adds the tool, built by the package set that it is put upon" = {
    expr =
      let
        flake = (import ../../../flake.nix).outputs (inputs // { self = { }; });
        overlaid = flake.overlays.default (pkgs // { callPackage = _: _: "built by this set"; }) pkgs;
      in
      overlaid;
    expected.nixfleet = "built by this set";
  };

  "test: a module's name is the path of its file" = {
    expr = [
      nixfleet.nixosModules.core
      nixfleet.nixosModules.disks.ext4
      nixfleet.nixosModules.host-spec
      nixfleet.darwinModules.core
      nixfleet.darwinModules.host-spec
    ];
    expected = [
      ../../../modules/nixos/core.nix
      ../../../modules/nixos/disks/ext4.nix
      ../../../modules/shared/host-spec.nix
      ../../../modules/darwin/core.nix
      ../../../modules/shared/host-spec.nix
    ];
  };

  "test: the parts of a module are not modules of their own" = {
    expr = builtins.isPath nixfleet.nixosModules.impermanence;
    expected = true;
  };
}
