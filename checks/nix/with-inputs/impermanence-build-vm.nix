# Impermanence and `nixos-rebuild build-vm`, whose VMs have a disk of their own.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;
  inherit (import ../hosts.nix { inherit inputs nixfleet; }) impermanent;
in
{
  "test: a VM of NixOS's own is not impermanent" = {
    expr =
      let
        inherit (impermanent [ ]) virtualisation;
      in
      map (variant: virtualisation.${variant}.nixfleet.impermanence.enable) [
        "vmVariant"
        "vmVariantWithBootLoader"
      ];
    expected = [
      false
      false
    ];
  };

  "test: what a user says of it is kept" = {
    expr =
      (impermanent [
        { virtualisation.vmVariant.nixfleet.impermanence.enable = lib.mkOverride 10 true; }
      ]).virtualisation.vmVariant.nixfleet.impermanence.enable;
    expected = true;
  };
}
