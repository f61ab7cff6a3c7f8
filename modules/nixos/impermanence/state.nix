# Where the services and system users of a NixOS configuration keep state. Pure: from a configuration
# and its options to a list of
#   { source; path; alias?; entry?; likely?; }
# whose it is; where; where others name it; the entry of `directories` that keeps it, without which
# what counts is the program's own directory around the path; and whether it is concluded, not said.
#
#   state/units.nix       directories that systemd makes for a unit, or lets it write to
#   state/users.nix       homes of users that are no people
#   state/tmpfiles.nix    what systemd-tmpfiles makes
#   state/containers.nix  folders that containers see
#   packaged.nix          what is known of services that say nothing
#   state/texts.nix       likely: paths that units and options name
{ lib, nixos }:
{ config, options }:
let
  said =
    lib.filter (item: !isMadeAnew item) (
      import ./state/units.nix { inherit lib; } config.systemd.services
    )
    ++ import ./state/users.nix { inherit lib; } config.users.users
    ++ import ./state/tmpfiles.nix { inherit lib homes; } config.systemd.tmpfiles
    ++ lib.optionals (options.virtualisation ? oci-containers) (
      (import ./state/containers.nix { inherit lib; }).state config.virtualisation.oci-containers
    )
    ++ packaged;

  # What systemd-tmpfiles fills in /etc comes from the configuration.
  inherit (config.systemd) tmpfiles;
  isMadeAnew =
    item:
    lib.hasPrefix "/etc/" item.path
    && lib.any (lib.hasInfix item.path) (
      tmpfiles.rules ++ lib.concatMap lib.attrNames (lib.attrValues tmpfiles.settings)
    );

  homes = map (user: user.home) (
    lib.filter (user: user.isNormalUser) (lib.attrValues config.users.users)
  );

  packaged = map (state: {
    source = "state of ${state.option}";
    inherit (state) path;
    entry =
      if state.mode == null then
        ''"${state.path}"''
      else
        ''{ directory = "${state.path}"; mode = "${state.mode}"; }'';
  }) (import ./packaged.nix { inherit lib; } config);
in
said ++ import ./state/texts.nix { inherit lib nixos; } { inherit config options; }
