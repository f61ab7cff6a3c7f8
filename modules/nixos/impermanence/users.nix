# Who makes the users. NixOS's script does in the activation, before impermanence, which runs there as
# well, gives directories to them; its ids are in /var/lib/nixos. What may take the script's place
# comes later, or without an activation.
{ config, lib, ... }:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
  cfg = config.nixfleet.impermanence;
  inherit (config.system.etc) overlay;
in
{
  config = lib.mkIf cfg.enable {
    # The passwd file is where userborn knows ids from: on the root they would be given out anew at
    # each boot. This is where NixOS puts it itself when /etc can't be written to.
    services.userborn.passwordFilesLocation = taste "/var/lib/nixos";

    assertions = [
      {
        # From 25.11.
        assertion = !(config.system.nixos-init.enable or false);
        message = ''
          nixfleet.impermanence: `system.nixos-init` boots without the activation, in which what stays is bound into the root.
            Remove `system.nixos-init.enable = true;`.'';
      }
      {
        assertion = config.systemd.sysusers.enable -> overlay.enable && !overlay.mutable;
        message = ''
          nixfleet.impermanence: `systemd.sysusers` knows users' ids from /etc/passwd, which is lost at each boot: files that stay would change hands.
            Remove `systemd.sysusers.enable = true;`, or write services.userborn.enable = true; in its place.'';
      }
    ];

    # github:nix-community/impermanence, pull request 223.
    warnings = lib.optional config.services.userborn.enable ''
      nixfleet.impermanence: `services.userborn` makes users after impermanence has given directories to them: those of a user who is new, at the install all, belong to root.
        Give each to its user once, as in: chown ops:users ${cfg.persistRoot}/home/ops
        or leave users to NixOS: services.userborn.enable = false;'';
  };
}
