# A guest of QEMU: virtio hardware, a serial console, the guest agent, and a disk to install to.
# `mkHost { isVm = true; }` adds it.
{
  config,
  lib,
  modulesPath,
  ...
}:
let
  impermanent = config.nixfleet.impermanence.enable or false;
in
{
  imports = [
    (modulesPath + "/profiles/qemu-guest.nix")
    ./disk.nix
    ./vm-guest/serial-console.nix
  ];

  nixfleet.disk = {
    device = lib.mkDefault "/dev/vda";
    warnUnstableDevice = lib.mkDefault false;
  };

  # The default of the whole, not of its parts: a layout that the user picks, `disks.*` or their
  # own, replaces it and does not mix with it.
  disko.devices = lib.mkDefault (
    import (if impermanent then ./disk/impermanence.nix else ./disk/ext4.nix) { inherit config lib; }
  );

  boot.loader = {
    systemd-boot.enable = lib.mkDefault true;
    # A VM may be started with fresh firmware variables. Then only the fallback path
    # (\EFI\BOOT\BOOT*.EFI) is found, where `bootctl install` puts a copy in any case.
    # Stronger than the core's mkDefault, weaker than what a user writes.
    efi.canTouchEfiVariables = lib.mkOverride 900 false;
    # Nobody watches the menu.
    timeout = lib.mkOverride 900 1;
  };

  # Shuts down and reports addresses when asked by the host.
  services.qemuGuest.enable = lib.mkDefault true;
}
