# Hands out what is in this host's store, signed, and the folder of releases beside it.
{ config, options, ... }:
let
  harmonia = {
    enable = true;
    # Made by make-keys.sh; an install brings it along.
    signKeyPaths = [ "/var/lib/secrets/cache-signing.key" ];
    settings.bind = "127.0.0.1:5000";
  };
in
{
  # Older NixOS has no `cache` in between.
  services.harmonia = if options.services.harmonia ? cache then { cache = harmonia; } else harmonia;

  services.nginx = {
    enable = true;
    virtualHosts.default = {
      default = true;
      locations."/".proxyPass = "http://127.0.0.1:5000";
      locations."/releases/".alias = "/srv/releases/";
    };
  };
  networking.firewall.allowedTCPPorts = [ 80 ];

  # `nixfleet release --to ssh://…/srv/releases` writes there.
  systemd.tmpfiles.rules = [ "d /srv/releases 0755 ${config.hostSpec.userName} users" ];

  # Nothing on this host refers to the other hosts' systems, so a weekly collection would take them.
  # When the disk is nearly full, Nix still makes room.
  nix.gc.automatic = false;

  nixfleet.health.units = [
    "harmonia.socket"
    "nginx.service"
  ];
}
