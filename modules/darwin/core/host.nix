{ config, lib, ... }:
let
  inherit (lib) mkDefault;
  inherit (config) hostSpec;
in
{
  networking = {
    # The DNS name, the Bonjour name and the one that Finder shows.
    hostName = mkDefault hostSpec.hostName;
    localHostName = mkDefault hostSpec.hostName;
    computerName = mkDefault hostSpec.hostName;
  };
  time.timeZone = mkDefault hostSpec.timeZone;
  services.openssh.enable = mkDefault true;
}
