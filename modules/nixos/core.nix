# What every NixOS host of a fleet needs to be reachable, safe and the host that it says it is.
# Each concern is a file of `core/`; every setting is a default.
{
  imports = [
    ../shared/host-spec.nix
    ./core/boot.nix
    ./core/guards.nix
    ./core/locale.nix
    ./core/networking.nix
    ./core/nix.nix
    ./core/ssh.nix
    ./core/users.nix
  ];
}
