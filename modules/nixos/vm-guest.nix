# A guest of QEMU: virtio hardware, a serial console, the guest agent, and a disk to install to.
# `mkHost { isVm = true; }` adds it.
{
  config,
  lib,
  modulesPath,
  pkgs,
  ...
}:
let
  impermanent = config.nixfleet.impermanence.enable or false;
  serialPort = if pkgs.stdenv.hostPlatform.isAarch64 then "ttyAMA0" else "ttyS0";
in
{
  imports = [
    (modulesPath + "/profiles/qemu-guest.nix")
    ./disk.nix
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

  boot = {
    # The last console named is the one that the system writes to: the serial port, which
    # `nixfleet` logs. QEMU's x86 machines and its `virt` board for ARM name it differently.
    kernelParams = [
      "console=tty0"
      "console=${serialPort},115200"
    ];

    loader = {
      systemd-boot.enable = lib.mkDefault true;
      # A VM may be started with fresh firmware variables. Then only the fallback path
      # (\EFI\BOOT\BOOT*.EFI) is found, where `bootctl install` puts a copy in any case.
      # Stronger than the core's mkDefault, weaker than what a user writes.
      efi.canTouchEfiVariables = lib.mkOverride 900 false;
      # Nobody watches the menu.
      timeout = lib.mkOverride 900 1;
    };
  };

  # Shuts down and reports addresses when asked by the host.
  services.qemuGuest.enable = lib.mkDefault true;
}
