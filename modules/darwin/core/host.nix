{ config, lib, ... }:
let
  inherit (lib) mkDefault;
  inherit (config) hostSpec;
in
{
  networking = {
    # Three names: for DNS and the shell, for Bonjour, and the one that Finder shows.
    hostName = mkDefault hostSpec.hostName;
    localHostName = mkDefault hostSpec.hostName;
    computerName = mkDefault hostSpec.hostName;
  };
  time.timeZone = mkDefault hostSpec.timeZone;

  # nixpkgs's release notes for 26.05.
  warnings =
    lib.optional (config.nixpkgs.hostPlatform.system or config.nixpkgs.hostPlatform == "x86_64-darwin")
      "host `${hostSpec.hostName}` is an Intel Mac: 26.05 is the last release of nixpkgs that supports it";
}
