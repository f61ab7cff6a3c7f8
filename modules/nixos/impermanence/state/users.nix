# Homes of users that are no people: services keep what is theirs there. Pure: from `users.users`.
#
# Not asked is `isSystemUser`, which is false for the users that NixOS gives a fixed id to; it takes an
# id below 1000 for a system user's itself.
{ lib }:
let
  # Homes that are nobody's own, in memory or not there.
  isOwn =
    home:
    !lib.any (place: home == place || lib.hasPrefix "${place}/" home) [
      "/bin"
      "/dev"
      "/homeless-shelter"
      "/nix"
      "/proc"
      "/root"
      "/run"
      "/sys"
      "/tmp"
      "/var/cache"
      "/var/empty"
      "/var/lock"
      "/var/run"
      "/var/tmp"
    ]
    && !lib.elem home [
      ""
      "/etc"
      "/home"
      "/srv"
      "/var"
      "/var/db"
      "/var/lib"
      "/var/spool"
    ];
in
users:
lib.concatMap (
  name:
  let
    user = users.${name};
    home = lib.removeSuffix "/" user.home;
  in
  lib.optional (user.enable or true && !user.isNormalUser && isOwn home) {
    source = "home of the system user `${user.name}`";
    path = home;
    entry = ''{ directory = "${home}"; user = "${user.name}"; group = "${user.group}"; mode = "0${lib.removePrefix "0" user.homeMode}"; }'';
  }
) (lib.attrNames users)
