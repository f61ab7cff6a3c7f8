# Says what an impermanent host loses at each boot: state that a service or a system user keeps, and
# files that options name.
{
  config,
  lib,
  modulesPath,
  options,
  utils,
  ...
}:
let
  cfg = config.nixfleet.impermanence;
  found = import ./found.nix {
    inherit lib utils;
    nixos = modulesPath;
  } { inherit config options; };
  inherit (found) state;
  isLikely = item: item.likely or false;
  likely = lib.filter isLikely state;

  count =
    let
      all = lib.length state;
      some = lib.length likely;
      be = if all == 1 then "path is" else "paths are";
    in
    if some == all then
      "${toString all} ${be} likely lost"
    else
      "${toString all} ${be} lost${lib.optionalString (some > 0) ", ${toString some} of them likely,"}";

  kinds = lib.partition (item: item.isFile or false) state;
  keeping =
    option: items:
    lib.optionals (items != [ ]) (
      [ "    nixfleet.impermanence.${option} = [" ]
      ++ map (entry: "      ${entry}") (lib.unique (map (item: item.entry) items))
      ++ [ "    ];" ]
    );

  message = lib.concatStringsSep "\n" (
    [ "nixfleet.impermanence: ${count} at each boot:" ]
    ++ map (
      item: "  ${item.path}: ${lib.optionalString (isLikely item) "likely, "}${item.source}"
    ) state
    ++ [ "  To keep them, add:" ]
    ++ keeping "directories" kinds.wrong
    ++ keeping "files" kinds.right
    ++ [ "  What may be lost goes to `nixfleet.impermanence.auditIgnore`." ]
  );

  ofFile =
    file:
    let
      there = "${cfg.persistRoot}${file.path}";
    in
    if file.isKept then
      ''
        nixfleet.impermanence: ${file.option} names ${file.path}, which the activation reads before what stays is bound into the root. Name it where it lies:
          ${there}''
    else
      "nixfleet.impermanence: ${file.option} names ${file.path}, which lies on the root: after the first boot it is not there. Bring it to ${there}, and name that${
        lib.optionalString (
          !file.early
        ) ", or let it stay: nixfleet.impermanence.files = [ \"${file.path}\" ];"
      }";
in
{
  config = import ./report.nix { inherit config lib; } (
    lib.optional (state != [ ]) {
      inherit message;
      # Nobody's build is refused for a guess.
      isCertain = likely != state;
    }
    ++ map (file: { message = ofFile file; }) found.files
  );
}
