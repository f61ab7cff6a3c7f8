# What is there to be read or clicked, and is not on a machine without a screen.
{ lib, ... }:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
in
{
  # Manual pages, info, HTML, and the manual of NixOS's options, which is built anew for each host.
  documentation.enable = taste false;

  # Perl and a database, to propose packages for a command that is not there.
  programs.command-not-found.enable = taste false;

  xdg = lib.genAttrs [ "autostart" "icons" "menus" "mime" "sounds" ] (_: {
    enable = taste false;
  });
}
