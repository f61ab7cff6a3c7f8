# State that a service or a system user keeps, that lies on the root, and that no persisted path
# covers: it would be lost at each boot.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (lib) any concatMap filter;
  inherit (import ./paths.nix { inherit lib; }) isWithin lasting ownDirectory;
  cfg = config.nixfleet.impermanence;

  persisted = concatMap (
    storage:
    concatMap (owner: map (entry: entry.dirPath) owner.directories) (
      [ storage ] ++ lib.attrValues storage.users
    )
  ) (filter (storage: storage.enable) (lib.attrValues (config.environment.persistence or { })));

  isCovered =
    path:
    any (folder: isWithin folder path) (persisted ++ lasting config.fileSystems ++ cfg.auditIgnore);

  state = import ./state.nix { inherit lib; } { inherit config options; };

  # Host keys are no StateDirectory, and losing them shows as an attack to everyone who logs in. From
  # 26.05 they are made where there is no server, too.
  inherit (config.services) openssh;
  hostKeys = lib.optionals (openssh.generateHostKeys or openssh.enable) (
    map (key: {
      source = "host key of sshd.service";
      inherit (key) path;
      entry = ''"${dirOf key.path}"'';
    }) openssh.hostKeys
  );

  # What has its own entry is exactly known. The rest are paths that lie somewhere in a directory.
  exact = filter (item: item ? entry) (state ++ hostKeys);
  # Where systemd puts a symlink to a dynamic user's state: its home, and a path that others name.
  aliases = concatMap (item: lib.optional (item.alias or item.path != item.path) item.alias) exact;
  known = map (item: item.path) exact ++ aliases;
  around = concatMap (
    item:
    let
      own = ownDirectory item.path;
    in
    lib.optional
      (
        own != null
        && !isCovered item.path
        && !any (folder: isWithin folder item.path) known
        # Whoever keeps a part has thought of the rest.
        && !(isLikely item && any (isWithin own) persisted)
      )
      (
        item
        // {
          path = own;
          entry = ''"${own}"'';
        }
      )
  ) (filter (item: !(item ? entry)) state);
  isLikely = item: item.likely or false;

  lost = filter (item: !isCovered item.path && !lib.elem item.path aliases) (exact ++ around);

  # One line for each path, and none for what lies below another; what is sure goes before what is
  # likely.
  isBelowAnother =
    item: any (other: other.path != item.path && isWithin other.path item.path) (lib.attrValues byPath);
  byPath = lib.listToAttrs (
    map (item: lib.nameValuePair item.path item) (
      lib.reverseList (filter (item: !isLikely item) lost ++ filter isLikely lost)
    )
  );
  reported = filter (item: !isBelowAnother item) (lib.attrValues byPath);
  likely = filter isLikely reported;

  count =
    let
      all = lib.length reported;
      some = lib.length likely;
      be = if all == 1 then "path is" else "paths are";
    in
    if some == all then
      "${toString all} ${be} likely lost"
    else
      "${toString all} ${be} lost${lib.optionalString (some > 0) ", ${toString some} of them likely,"}";

  message = ''
    nixfleet.impermanence: ${count} at each boot:
    ${
      lib.concatMapStrings (
        item: "  ${item.path}: ${lib.optionalString (isLikely item) "likely, "}${item.source}\n"
      ) reported
    }  To keep them, add:
        nixfleet.impermanence.directories = [
    ${
      lib.concatMapStrings (entry: "      ${entry}\n") (lib.unique (map (item: item.entry) reported))
    }    ];
      What may be lost goes to `nixfleet.impermanence.auditIgnore`.'';
in
{
  config = import ./report.nix { inherit config lib; } {
    found = reported != [ ];
    # Nobody's build is refused for a guess.
    isCertain = likely != reported;
    inherit message;
  };
}
