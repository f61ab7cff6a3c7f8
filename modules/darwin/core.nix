# What every Mac of a fleet needs. Each concern is a file of `core/`; every setting is a default.
{
  imports = [
    ../shared/host-spec.nix
    ./core/host.nix
    ./core/users.nix
  ];
}
