{ lib, ... }:
{
  environment.systemPackages = [ pkgs.git ];
  services.nginx.enable = lib.mkForce false;
}
