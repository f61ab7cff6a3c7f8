# Settings of macOS that a Mac with other people's secrets on it should have.
{ config, lib, ... }:
let
  inherit (lib) mkDefault mkIf;
in
{
  networking.applicationFirewall.enable = mkDefault true;

  system.defaults = {
    loginwindow.GuestEnabled = mkDefault false;
    SoftwareUpdate.AutomaticallyInstallMacOSUpdates = mkDefault true;

    # nix-darwin refuses a user's settings where it knows no primary user.
    screensaver = mkIf (config.system.primaryUser != null) {
      askForPassword = mkDefault true;
      askForPasswordDelay = mkDefault 0;
    };
    # `invoice.pdf.app` is then seen for what it is.
    NSGlobalDomain.AppleShowAllExtensions = mkIf (config.system.primaryUser != null) (mkDefault true);
  };
}
