# Users' homes, made once what they lie on is mounted. NixOS's script makes them in the activation of
# a boot, when the file systems of the initrd alone are there, and what is mounted later hides them: a
# /home of its own, or one that stays on an impermanent host (github:NixOS/nixpkgs, issue 6481;
# github:nix-community/impermanence, issue 276).
{ config, lib, ... }:
let
  # These make homes in this way themselves.
  byOthers = config.services.userborn.enable || config.systemd.sysusers.enable;

  users = lib.filter (user: user.enable or true && user.isNormalUser && user.createHome) (
    lib.attrValues config.users.users
  );
in
{
  systemd.tmpfiles.settings = lib.mkIf (!byOthers) {
    nixfleet-homes = lib.listToAttrs (
      map (
        user:
        lib.nameValuePair user.home {
          d = {
            mode = user.homeMode;
            user = user.name;
            inherit (user) group;
          };
        }
      ) users
    );
  };
}
