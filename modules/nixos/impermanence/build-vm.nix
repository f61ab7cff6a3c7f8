# `nixos-rebuild build-vm` puts the system on a disk of its own, whose root is one ext4 file system and
# whose other file systems are not there (nixos/modules/virtualisation/qemu-vm.nix).
{ config, lib, ... }:
{
  virtualisation =
    lib.genAttrs
      [
        "vmVariant"
        "vmVariantWithBootLoader"
      ]
      (
        _:
        lib.mkIf config.nixfleet.impermanence.enable {
          nixfleet.impermanence.enable = lib.mkForce false;
        }
      );
}
