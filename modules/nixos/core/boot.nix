# systemd-boot, where nothing in the host's configuration speaks of another boot loader.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (lib) mkIf mkOption types;
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
  inherit (config.boot) loader;
  other = import ./other-loader.nix { inherit config lib options; };
in
{
  options.nixfleet.modules = mkOption {
    type = types.listOf types.raw;
    default = [ ];
    internal = true;
    description = "The modules that mkHost was given.";
  };

  config = {
    boot.loader = {
      # Of a loader that is put where firmware looks by itself, GRUB's `efiInstallAsRemovable`, NixOS
      # refuses it.
      efi.canTouchEfiVariables = taste loader.systemd-boot.enable;
      systemd-boot = {
        enable = taste (!other);
        # Who stands before the machine could otherwise add `init=/bin/sh` and be root.
        editor = taste false;
        # Each generation keeps its kernel in the boot partition, which is small. With a layout of ours
        # its size is known (disk/esp.nix).
        configurationLimit = mkIf (!(options.nixfleet ? disk)) (taste 10);
      };
    };

    # Where the core stands alone, without mkHost's list of modules, or a module came by
    # `extendModules`. NixOS's own words are that an option of its inside is defined twice.
    assertions = lib.mkBefore [
      {
        assertion =
          # By NixOS's default GRUB is on; systemd-boot switches it off.
          !(
            options.boot.loader.grub.enable.highestPrio < 1500
            && loader.grub.enable
            && loader.systemd-boot.enable
          )
          || throw ''
            host `${config.hostSpec.hostName}` has two boot loaders, GRUB and systemd-boot.
              Keep one: boot.loader.systemd-boot.enable = false; or boot.loader.grub.enable = false;'';
        message = "";
      }
    ];
  };
}
