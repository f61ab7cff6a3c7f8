# What systemd-tmpfiles makes that is meant to last. Pure: from `systemd.tmpfiles`, both its rules and
# its settings. tmpfiles.d(5): a type is a letter and modifiers; these make a directory, a subvolume,
# a file, or a copy. Homes of people are theirs.
{ lib, homes }:
let
  inherit (import ../paths.nix { inherit lib; }) isWithin pathsIn;

  makes = type: lib.elem (builtins.substring 0 1 type) (lib.stringToCharacters "dDvqQfFCp");

  item =
    type: path:
    lib.optionals (makes type && !lib.any (home: isWithin home path) homes) (
      map (path: {
        source = "made by systemd-tmpfiles";
        inherit path;
      }) (pathsIn path)
    );

  # `d  /var/lib/app  0750 app app -`, with tabs or blanks between.
  ofRule =
    rule:
    let
      words = lib.filter (word: lib.isString word && word != "") (builtins.split "[ \t]+" rule);
    in
    lib.optionals (lib.length words > 1) (
      item (lib.head words) (lib.replaceStrings [ "\"" ] [ "" ] (lib.elemAt words 1))
    );

  ofSettings =
    paths:
    lib.concatLists (
      lib.mapAttrsToList (path: types: lib.concatMap (type: item type path) (lib.attrNames types)) paths
    );
in
{ rules, settings, ... }:
lib.concatMap ofRule rules ++ lib.concatMap ofSettings (lib.attrValues settings)
