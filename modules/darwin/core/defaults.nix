# Settings of macOS that a Mac with other people's secrets on it should have.
{ config, lib, ... }:
let
  inherit (lib) mkIf;
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
in
{
  networking.applicationFirewall.enable = taste true;

  system.defaults = {
    loginwindow.GuestEnabled = taste false;
    SoftwareUpdate.AutomaticallyInstallMacOSUpdates = taste true;

    # `invoice.pdf.app` is then seen for what it is. nix-darwin refuses a user's settings where it knows
    # no primary user.
    NSGlobalDomain.AppleShowAllExtensions = mkIf (config.system.primaryUser != null) (taste true);
  };
}
