{
  description = "Fleets of NixOS servers and Macs from one repository, tested in QEMU before they touch hardware";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

    darwin.url = "github:nix-darwin/nix-darwin/nix-darwin-26.05";
    darwin.inputs.nixpkgs.follows = "nixpkgs";

    home-manager.url = "github:nix-community/home-manager/release-26.05";
    home-manager.inputs.nixpkgs.follows = "nixpkgs";

    disko.url = "github:nix-community/disko";
    disko.inputs.nixpkgs.follows = "nixpkgs";

    impermanence.url = "github:nix-community/impermanence";
    impermanence.inputs.nixpkgs.follows = "nixpkgs";
    impermanence.inputs.home-manager.follows = "home-manager";
  };

  outputs =
    inputs:
    let
      lib = import ./lib { inherit inputs; };
      forEachSystem = lib.forEachPlatform (system: inputs.nixpkgs.legacyPackages.${system});
    in
    {
      inherit lib;
      inherit (lib) nixosModules darwinModules templates;
      flakeModules.default = import ./modules/flake { inherit inputs lib; };

      packages = forEachSystem (pkgs: rec {
        default = nixfleet;
        nixfleet = lib.package pkgs;
      });
      overlays.default = final: _: { nixfleet = lib.package final; };
      apps = forEachSystem (pkgs: lib.mkApps { inherit pkgs; });
      checks = forEachSystem (import ./checks/nix/flake-checks.nix { inherit lib; });
      formatter = forEachSystem (pkgs: pkgs.nixfmt-tree or pkgs.nixfmt);
      devShells = forEachSystem (pkgs: {
        default = pkgs.mkShell {
          inputsFrom = [ (lib.package pkgs).reader ];
          packages = [
            pkgs.cargo-insta
            pkgs.clippy
            pkgs.mdbook
            pkgs.nixfmt
            pkgs.python3
            pkgs.qemu
            pkgs.rustfmt
            pkgs.shellcheck
          ];
        };
      });
    };
}
