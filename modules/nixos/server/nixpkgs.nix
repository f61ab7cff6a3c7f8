# `nix shell nixpkgs#htop` and `<nixpkgs>` mean the nixpkgs of the system, and are fetched when somebody
# asks. NixOS would put its source, some 50,000 files, into each system for it, to be copied with each
# update and to every machine.
{ config, lib, ... }:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
  inherit (config.system.nixos) revision;
  isFlake = config.nixpkgs.flake.source != null;
in
{
  nixpkgs.flake = {
    setFlakeRegistry = taste false;
    setNixPath = taste false;
  };

  nix = lib.mkIf (isFlake && !config.nixpkgs.flake.setFlakeRegistry) {
    # Without a revision it is no commit of nixpkgs', and Nix's own registry says where the newest is.
    registry = lib.mkIf (revision != null) {
      nixpkgs.to = taste {
        type = "github";
        owner = "NixOS";
        repo = "nixpkgs";
        rev = revision;
      };
    };
    nixPath = taste [ "nixpkgs=flake:nixpkgs" ];
  };
}
