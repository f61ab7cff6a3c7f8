# A guest of QEMU: virtio hardware, a serial console, the guest agent, and a disk to install to.
# `mkHost { isVm = true; }` adds it.
{
  config,
  lib,
  modulesPath,
  ...
}:
let
  inherit (import ../../lib/priority.nix { inherit lib; }) said taste;
  impermanent = config.nixfleet.impermanence.enable or false;
in
{
  _class = "nixos";

  imports = [
    (modulesPath + "/profiles/qemu-guest.nix")
    ./disk.nix
    ./vm-guest/serial-console.nix
  ];

  nixfleet.disk = {
    device = taste "/dev/vda";
    warnUnstableDevice = taste false;
  };

  # The default of the whole, not of its parts: a layout that the user picks, `disks.*` or their
  # own, replaces it and does not mix with it.
  disko.devices = taste (
    import (if impermanent then ./disk/impermanence.nix else ./disk/ext4.nix) { inherit config lib; }
  );

  boot.loader = {
    # A VM may be started with fresh firmware variables. Then only the fallback path
    # (\EFI\BOOT\BOOT*.EFI) is found, where `bootctl install` puts a copy in any case.
    # Who makes a host a guest says so, over the taste of the core.
    efi.canTouchEfiVariables = said false;
    # Nobody watches the menu.
    timeout = taste 1;
  };

  # Shuts down and reports addresses when asked by the host.
  services.qemuGuest.enable = taste true;
}
