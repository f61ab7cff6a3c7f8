# Says which hosts may go to the newest release when. Its page is at 127.0.0.1:7251 of this host.
{ config, nixfleet, ... }:
{
  imports = [ nixfleet.nixosModules.control-plane ];

  services.nixfleet-control-plane = {
    enable = true;
    openFirewall = true;
  };

  # Who may bring releases to it, and pause, hold or retry.
  users.users.${config.hostSpec.userName}.extraGroups = [ "nixfleet-control-plane" ];

  nixfleet.health.units = [ "nixfleet-control-plane.service" ];
}
