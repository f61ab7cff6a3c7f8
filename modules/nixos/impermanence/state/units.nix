# Directories that systemd makes for a service, or that it lets it write to. Pure: from
# `systemd.services`.
{ lib }:
let
  inherit (lib) concatMap filter splitString;
  inherit (import ../paths.nix { inherit lib; }) pathsIn;

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

  # systemd.exec(5): the setting, and the folder that its relative paths lie in. A cache is no state:
  # hier(7) lets it go at any time.
  kinds = {
    StateDirectory = "/var/lib";
    LogsDirectory = "/var/log";
  };

  # A setting is a string of words or a list of them.
  wordsOf = value: concatMap (word: words (toString word)) (lib.toList value);

  # A word is `path`, or `path:symlink` and `path::ro` with what is made beside the directory.
  relativePaths = value: map (word: lib.head (splitString ":" word)) (wordsOf value);

  # systemd.unit(5): %p is the unit's name up to an `@`, %N all of it, which for a template is known
  # only when an instance starts, as are other specifiers. What counts then is the directory above.
  resolve =
    unit: path:
    let
      prefix = lib.head (splitString "@" unit);
      known =
        lib.replaceStrings
          [ "%N" "%p" "%S" ]
          [
            (if prefix == unit then unit else "%N")
            prefix
            "/var/lib"
          ]
          path;
    in
    if lib.hasInfix "%" known then dirOf (lib.head (splitString "%" known)) else known;

  # `-` before a path: it need not be there; `+`: it is below the service's own root.
  withoutPrefix = word: lib.removePrefix "+" (lib.removePrefix "-" word);

  # Of root's home and of /etc what a unit is let write to is its own, whoever else reads them; but not
  # single files (`/etc/resolv.conf`), which are written anew.
  writtenIn =
    path:
    if lib.hasPrefix "/root/" path || builtins.match "/etc/[^./]+(/.*)?" path != null then
      [ path ]
    else
      pathsIn path;

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
          # Where others name it.
          alias = resolve unit "${folder}/${relative}";
          entry =
            if dynamic then
              ''{ directory = "${folder}/private"; mode = "0700"; }''
            else
              ''"${resolve unit "${folder}/${relative}"}"'';
        }) (relativePaths (settings.${kind} or [ ]));

      # What it may write to below a system that is read-only to it.
      pathsOf =
        pathsIn: settingsOf:
        concatMap (word: pathsIn (resolve unit word)) (
          concatMap (kind: map withoutPrefix (relativePaths (settings.${kind} or [ ]))) settingsOf
        );
      writable =
        pathsOf writtenIn [
          "ReadWritePaths"
          "ReadWriteDirectories"
        ]
        ++ pathsOf pathsIn [ "BindPaths" ];
    in
    lib.concatLists (lib.mapAttrsToList ofKind kinds)
    ++ map (path: {
      source = "written to by ${unit}.service";
      inherit path;
    }) writable;
in
services:
concatMap (unit: ofService unit services.${unit}) (
  filter (unit: services.${unit}.enable) (lib.attrNames services)
)
