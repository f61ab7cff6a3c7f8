# The agent: it brings this host to what the fleet's signed release says, proves the system, makes it
# what boots, and goes back by itself where it does not hold.
#
#   ../shared/agent.nix   what a user sets, and the file that the agent reads
#   agent/service.nix     the unit, and its sandbox
{ config, lib, ... }:
{
  _class = "nixos";

  imports = [
    ../shared/agent.nix
    ../shared/health.nix
    ./agent/service.nix
  ];

  config.warnings =
    lib.optional (config.services.nixfleet-agent.enable && config.system.autoUpgrade.enable)
      ''
        `system.autoUpgrade` would switch this host away from its release, at each of its times, and the agent
        leaves what somebody else has switched to: set `system.autoUpgrade.enable = false;`, and let the next
        release bring the upgrade.
      '';
}
