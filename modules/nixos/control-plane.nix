# The control plane: it says which hosts of a fleet may go to the newest release when, and shows how it
# goes. What they run it cannot say: that is signed.
#
#   control-plane/options.nix   what a user sets
#   control-plane/service.nix   the unit, its sandbox, and the file that the program reads
{
  _class = "nixos";

  imports = [
    ./control-plane/options.nix
    ./control-plane/service.nix
  ];
}
