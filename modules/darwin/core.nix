# What every Mac of a fleet needs. Each concern is a file of `core/`; every setting is a default.
{
  _class = "darwin";

  imports = [
    ../shared/host-name-guard.nix
    ../shared/host-spec.nix
    ./core/defaults.nix
    ./core/host.nix
    ./core/nix.nix
    ./core/ssh.nix
    ./core/users.nix
  ];
}
