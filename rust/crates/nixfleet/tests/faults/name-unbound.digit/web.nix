{ lib, ... }:
let
  hosts."2nd" = "10.0.0.2";
in
{
  networking.hosts.${hosts.2nd} = [ "second" ];
  services.nginx.enable = lib.mkForce false;
}
