{ lib, pkgs, ... }:
{
  imports = lib.mkIf pkgs.stdenv.hostPlatform.isx86_64 [ ];
}
