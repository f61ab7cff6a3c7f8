# The agent: it brings this host to what the fleet's signed release says, proves the system, makes it
# what boots, and goes back by itself where it does not hold.
#
#   agent/options.nix   what a user sets
#   agent/service.nix   the unit, its sandbox, and the file that the agent reads
{
  _class = "nixos";

  imports = [
    ./health.nix
    ./agent/options.nix
    ./agent/service.nix
  ];
}
