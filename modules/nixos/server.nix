# What a machine is that nobody sits at: it comes back by itself, lets in whom the configuration names,
# and carries nothing for a reader. mkHost does not add it, as a laptop wants none of it:
# `modules = [ nixfleet.nixosModules.server ];`.
#
# Each concern is a file of `server/`; every setting is an option of NixOS's at our weakest priority, so
# that any other word on it is stronger.
{
  _class = "nixos";

  imports = [
    ./server/access.nix
    ./server/console.nix
    ./server/network.nix
    ./server/nixpkgs.nix
    ./server/recovery.nix
    ./server/revision.nix
    ./server/slim.nix
    ./server/switch.nix
  ];
}
