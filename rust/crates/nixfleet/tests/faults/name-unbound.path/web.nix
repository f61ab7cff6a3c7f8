{ lib, ... }:
{
  imports = [ nginx.nix ];
  services.nginx.enable = lib.mkForce false;
}
