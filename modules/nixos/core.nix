# What every NixOS host of a fleet needs to be reachable, safe and the host that it says it is.
# Each concern is a file of `core/`; every setting is a default.
{
  _class = "nixos";

  imports = [
    ../shared/host-name-guard.nix
    ../shared/host-spec.nix
    ./core/boot.nix
    ./core/build-vm.nix
    ./core/devices-twice.nix
    ./core/file-systems.nix
    ./core/homes.nix
    ./core/lockout-guard.nix
    ./core/locale.nix
    ./core/networking.nix
    ./core/nix.nix
    ./core/nix-daemon.nix
    ./core/ssh.nix
    ./core/stale-devices.nix
    ./core/users.nix
    ./core/wireless.nix
  ];
}
