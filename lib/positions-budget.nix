# Whether the positions of a fleet can be told without a wait.
let
  inherit (builtins)
    compareVersions
    nixVersion
    readFile
    stringLength
    substring
    ;

  # Until 2.30 Nix reads a file anew for each line number that it is asked for
  # (github:NixOS/nix, pull request 13211).
  isQuick = compareVersions nixVersion "2.30" >= 0;

  # With some fifty numbers a host, and two nanoseconds a byte, this is 0.4 seconds. Opening the
  # file weighs as much as 4,000 bytes of it.
  budget = 4000000;
in
{
  /**
    Whether the positions of that many hosts can be told, if most are in the file of `position`.

    # Type
    `affordsPositions :: { position :: Position | Null, count :: Int } -> Bool`

    # Example
    `affordsPositions { position = builtins.unsafeGetAttrPos "hosts" args; count = 1000; }`
  */
  affordsPositions =
    { position, count }:
    isQuick
    || position == null
    || substring 0 1 position.file != "/"
    || count * (4000 + stringLength (readFile position.file)) <= budget;
}
