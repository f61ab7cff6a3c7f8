# Where the services and system users of a NixOS configuration keep state, as systemd names it.
# Pure: from `systemd.services` and `users.users` to a list of
#   { source; path; entry; }    whose it is, where, and the entry of `directories` that keeps it.
{ lib }:
let
  inherit (lib) concatMap filter splitString;

  words = text: filter (word: word != "") (splitString " " text);

  # systemd takes any of these for true.
  isOn =
    value:
    lib.elem value [
      true
      "true"
      "yes"
      "on"
      "1"
    ];

  # systemd.exec(5): the setting, and the folder that its relative paths lie in.
  kinds = {
    StateDirectory = "/var/lib";
    CacheDirectory = "/var/cache";
    LogsDirectory = "/var/log";
  };

  # A setting is a string of words or a list of them; a word is `path`, or `path:symlink` and
  # `path::ro` with what is made beside the directory.
  relativePaths =
    value: map (word: lib.head (splitString ":" word)) (concatMap words (lib.toList value));

  # systemd.unit(5): %p is the unit's name up to an `@`, %N all of it, which for a template is known
  # only when an instance starts, as are other specifiers. What counts then is the directory above.
  resolve =
    unit: path:
    let
      prefix = lib.head (splitString "@" unit);
      known =
        lib.replaceStrings
          [ "%N" "%p" ]
          [
            (if prefix == unit then unit else "%N")
            prefix
          ]
          path;
    in
    if lib.hasInfix "%" known then dirOf (lib.head (splitString "%" known)) else known;

  ofService =
    unit: service:
    let
      settings = service.serviceConfig;
      # A dynamic user's directories lie below `private`, and systemd puts a symlink where they
      # would have been. `private` is to be closed to everyone but root.
      dynamic = isOn (settings.DynamicUser or false);
      ofKind =
        kind: folder:
        map (relative: {
          source = "state of ${unit}.service";
          path = resolve unit "${folder}${lib.optionalString dynamic "/private"}/${relative}";
          entry =
            if dynamic then
              ''{ directory = "${folder}/private"; mode = "0700"; }''
            else
              ''"${resolve unit "${folder}/${relative}"}"'';
        }) (relativePaths (settings.${kind} or [ ]));
    in
    lib.concatLists (lib.mapAttrsToList ofKind kinds);

  ofUser = name: user: {
    source = "home of the system user `${name}`";
    path = user.home;
    entry = ''{ directory = "${user.home}"; user = "${name}"; group = "${user.group}"; mode = "0${lib.removePrefix "0" user.homeMode}"; }'';
  };
in
{ services, users }:
concatMap (unit: ofService unit services.${unit}) (
  filter (unit: services.${unit}.enable) (lib.attrNames services)
)
++ map (name: ofUser name users.${name}) (
  filter (name: users.${name}.isSystemUser && lib.hasPrefix "/var/lib/" users.${name}.home) (
    lib.attrNames users
  )
)
