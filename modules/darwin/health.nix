# What must hold on a Mac: all that may be asked of any host, but systemd's units.
{ config, lib, ... }:
let
  inherit (config.nixfleet) health;
  first = (lib.head health.units).unit;
in
{
  _class = "darwin";

  imports = [ ../shared/health.nix ];

  assertions = [
    {
      assertion = health.units == [ ];
      message = ''
        host `${config.hostSpec.hostName}` is a Mac, which has no units of systemd: `nixfleet.health.units` has `${first}`.
          Write what it does, a port or a request, or ask launchd: nixfleet.health.commands = [ "launchctl print system/org.nixos.NAME" ]; what all hosts have it for belongs to `defaults.nixos.modules`.'';
    }
  ];
}
