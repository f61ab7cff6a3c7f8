# State that a service or a system user keeps, that lies on the root, and that no persisted path
# covers: it would be lost at each boot.
{ config, lib, ... }:
let
  inherit (lib) any concatMap filter;
  inherit (import ./paths.nix { inherit lib; }) isWithin lasting;
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

  state = import ./state.nix { inherit lib; } {
    inherit (config.systemd) services;
    inherit (config.users) users;
  };

  # Units that come with their package.
  packaged = map (
    {
      option,
      path,
      mode,
      ...
    }:
    {
      source = "state of ${option}";
      inherit path;
      entry = if mode == null then ''"${path}"'' else ''{ directory = "${path}"; mode = "${mode}"; }'';
    }
  ) (import ./packaged.nix { inherit lib; } config);

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

  lost = filter (item: !isCovered item.path) (state ++ packaged ++ hostKeys);

  # One line for each path, and none for what lies below another.
  reported = lib.attrValues (
    lib.filterAttrs (path: _: !any (other: other.path != path && isWithin other.path path) lost) (
      lib.listToAttrs (map (item: lib.nameValuePair item.path item) (lib.reverseList lost))
    )
  );

  message = ''
    nixfleet.impermanence: ${toString (lib.length reported)} ${
      if lib.length reported == 1 then "path is" else "paths are"
    } lost at each boot:
    ${lib.concatMapStrings (item: "  ${item.path}: ${item.source}\n") reported}  To keep them, add:
        nixfleet.impermanence.directories = [
    ${
      lib.concatMapStrings (entry: "      ${entry}\n") (lib.unique (map (item: item.entry) reported))
    }    ];
      What may be lost goes to `nixfleet.impermanence.auditIgnore`.'';
in
{
  config = import ./report.nix { inherit config lib; } {
    found = reported != [ ];
    inherit message;
  };
}
