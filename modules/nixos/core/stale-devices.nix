# Swap and encrypted devices by the UUID or the label of what lay on a disk before its layout formatted it,
# from the file that nixos-generate-config wrote then: each boot waits for one that is gone. Where a
# device lies cannot be known here, so it is a warning, and a name that says the disk ends it.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (import ./layout.nix { inherit config lib options; }) hasLayout;

  # What nixos-generate-config writes (`findStableDevPath`), and what mount(8) takes for the two.
  isOfContent =
    { device, ... }:
    builtins.match "(/dev/disk/by-(uuid|label)/|UUID=|LABEL=).*" (toString device) != null;

  swap = map (swap: {
    option = "swapDevices";
    inherit (swap) device;
  }) config.swapDevices;

  encrypted = lib.mapAttrsToList (name: luks: {
    option = "boot.initrd.luks.devices.${lib.strings.escapeNixIdentifier name}";
    inherit (luks) device;
  }) config.boot.initrd.luks.devices;

  stale = lib.filter isOfContent (swap ++ encrypted);
in
{
  warnings = lib.optional (hasLayout && stale != [ ]) ''
    host `${config.hostSpec.hostName}` has devices beside its disk's layout, by names that formatting ends:
    ${
      lib.concatMapStrings (it: "  ${it.option}: ${toString it.device}\n") stale
    }  Where they are what was on the disk before, remove them from hardware-configuration.nix, or make it anew:
        nixos-generate-config --no-filesystems
      One on a disk that the layout leaves alone is named by that disk: /dev/disk/by-id/…-part2'';
}
