# Whether a disk's layout says what lies where on this host. A function of a configuration and its
# options, without any question that a boot loader or a file system would have to answer.
{
  config,
  lib,
  options,
}:
rec {
  # NixOS's own VM (`nixos-rebuild build-vm`) has file systems of its own in place of the host's, and they
  # follow from its boot loader.
  isBuiltVm = lib.any (file: lib.hasSuffix "virtualisation/qemu-vm.nix" (toString file)) (
    options.virtualisation.useBootLoader.declarations or [ ]
  );

  hasLayout =
    !isBuiltVm && config.disko.enableConfig or false && config.disko.devices.disk or { } != { };
}
