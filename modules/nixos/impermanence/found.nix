# What an impermanent host loses at each boot. Pure: from a configuration and its options to
#   state    [ { path; source; entry; likely?; isFile?; } ]    state that lies on the root, and that no
#                                                              persisted path covers; one for each, none
#                                                              below another
#   files    [ { option; path; early; isKept; } ]              files that options name, and that are not
#                                                              there; `isKept`: they are, and come too late
{
  lib,
  nixos,
  utils,
}:
{ config, options }:
let
  inherit (lib) any concatMap filter;
  inherit (import ./paths.nix { inherit lib; })
    isWithin
    lasting
    ownDirectory
    sourceOf
    ;
  cfg = config.nixfleet.impermanence;

  owners = concatMap (storage: [ storage ] ++ lib.attrValues storage.users) (
    filter (storage: storage.enable) (lib.attrValues (config.environment.persistence or { }))
  );
  persisted = concatMap (owner: map (entry: entry.dirPath) owner.directories) owners;
  persistedFiles = concatMap (owner: map (entry: entry.filePath) owner.files) owners;

  isCovered =
    path:
    any (folder: isWithin folder path) (
      persisted ++ lasting persisted config.fileSystems ++ mountedByUnits ++ cfg.auditIgnore
    );
  # From the network, for one.
  mountedByUnits = map (mount: mount.where) (
    filter (mount: mount.type or null != "tmpfs") (config.systemd.mounts or [ ])
  );

  state = import ./state.nix { inherit lib nixos; } { inherit config options; };

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

  # What lies in a folder of the root that is mounted elsewhere is told as that folder, and in an image
  # as the folder that it is in.
  mounts = filter (fs: sourceOf fs != null) (lib.attrValues config.fileSystems);
  isMounted = path: any (fs: isWithin fs.mountPoint path) mounts;
  sources = map (
    fs:
    let
      isFolder = any (option: lib.elem option fs.options) [
        "bind"
        "rbind"
      ];
      path = if isFolder then sourceOf fs else dirOf (sourceOf fs);
    in
    {
      inherit path;
      source = "mounted at ${fs.mountPoint}";
      entry = ''"${path}"'';
    }
  ) mounts;

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
        && !isElsewhere own
        && !isKept item.path
        && !any (folder: isWithin folder item.path) known
        # Whoever keeps a part has thought of the rest; a file that somebody brings is told as one.
        && !(isLikely item && (any (isWithin own) persisted || lib.elem item.path named))
      )
      (
        item
        // {
          path = own;
          entry = ''"${own}"'';
          isFile = item.isFile or false && own == item.path;
        }
      )
  ) (filter (item: !(item ? entry)) state);
  isLikely = item: item.likely or false;

  lost = filter (item: !isCovered item.path && !lib.elem item.path aliases) (
    filter (item: !isMounted item.path) (exact ++ around) ++ sources
  );

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

  # What a program makes itself, nobody has to bring.
  made = map (item: item.path) (filter (item: item.isMade or false) state);
  allFiles = filter (file: !lib.elem file.path made) (
    import ./named-files.nix { inherit lib nixos; } { inherit config options; }
  );
  named = map (file: file.path) allFiles;

  # What is made at each boot, or is no disk's.
  isElsewhere =
    path:
    any (folder: isWithin folder path) [
      "/bin"
      "/dev"
      "/lib"
      "/lib64"
      "/nix"
      "/proc"
      "/run"
      "/sys"
      "/tmp"
      "/usr"
      "/var/run"
      "/var/tmp"
    ]
    || any (entry: isWithin "/etc/${entry.target}" path) (lib.attrValues config.environment.etc);

  # The root is among them, and as `//` begins no path.
  early = map (fs: fs.mountPoint) (filter utils.fsNeededForBoot (lib.attrValues config.fileSystems));
  isThereEarly = path: any (folder: lib.hasPrefix "${folder}/" path) early;

  isKept = path: isCovered path || lib.elem path persistedFiles;
  isLost =
    file:
    !isElsewhere file.path
    && (if file.early then !isThereEarly file.path else !isKept file.path)
    # What lies in a service's own state is kept or told with it; another may have made it.
    && (
      file.early || !any (folder: isWithin folder file.path) (known ++ map (item: item.path) reported)
    );
  byName = lib.listToAttrs (
    map (file: lib.nameValuePair file.path (file // { isKept = isKept file.path; })) (
      # The first that names it counts.
      lib.reverseList (filter isLost allFiles)
    )
  );
in
{
  state = reported;
  files = filter (file: !any (folder: isWithin folder file.path) cfg.auditIgnore) (
    lib.attrValues byName
  );
}
