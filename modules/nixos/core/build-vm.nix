# `nixos-rebuild build-vm` makes a VM with a disk of its own and one card. Its console lets somebody in:
# a host whose users have keys alone, or passwords in files that are not there, would not. And it has
# none of the interfaces that the host names.
{ lib, ... }:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
in
{
  virtualisation =
    lib.genAttrs
      [
        "vmVariant"
        "vmVariantWithBootLoader"
      ]
      (_: {
        services.getty.autologinUser = taste "root";
        hostSpec.networking = lib.mkForce { };
      });
}
