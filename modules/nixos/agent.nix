# The agent: it brings this host to what the fleet's signed release says, proves the system, makes it
# what boots, and goes back by itself where it does not hold.
#
#   ../shared/agent.nix   what a user sets, and the file that the agent reads
#   agent/service.nix     the unit, and its sandbox
{
  _class = "nixos";

  imports = [
    ../shared/agent.nix
    ../shared/health.nix
    ./agent/service.nix
  ];
}
