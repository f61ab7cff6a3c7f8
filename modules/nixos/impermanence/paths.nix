# What paths an impermanent host has, which of them last, and which a text names.
{ lib }:
rec {
  isWithin = folder: path: path == folder || lib.hasPrefix "${lib.removeSuffix "/" folder}/" path;

  # Where `fileSystems` mounts what is neither the root nor in memory: it outlives a boot. `kept` is what
  # of the root does.
  lasting =
    kept: fileSystems:
    let
      mounts = lib.filter (
        fs:
        fs.mountPoint != "/"
        && !lib.elem fs.fsType [
          "tmpfs"
          "ramfs"
        ]
      ) (lib.attrValues fileSystems);
      parts = lib.partition (fs: sourceOf fs == null) mounts;
      places = fss: map (fs: fs.mountPoint) fss;
      own = places parts.right;
      lasts = fs: lib.any (folder: isWithin folder (sourceOf fs)) (kept ++ own);
    in
    own ++ places (lib.filter lasts parts.wrong);

  # What of the host's own tree a file system shows, a folder that is bound or a file that is an image:
  # what is mounted there lasts where that does. Null where it is a device, or on the network.
  sourceOf =
    fs:
    let
      device = toString fs.device;
    in
    if
      lib.hasPrefix "/" device
      && !lib.any (folder: isWithin folder device) [
        "/dev"
        "/nix"
      ]
      && fs.fsType != "9p"
      && fs.fsType != "virtiofs"
    then
      device
    else
      null;

  # Whether a text has one of some words. Unlike `lib.hasInfix` no regular expression, whose depth
  # grows with the text.
  mentions = words: text: builtins.replaceStrings words (map (_: "") words) text != text;

  # The absolute paths that a text names below the folders where programs and people keep things: a
  # script, a setting, a URL as in `sqlite:////var/lib/app/db`. Any other may be the path of a URL. What a
  # variable or a specifier goes on with counts as the directory above it.
  pathsIn =
    text:
    let
      plain = builtins.unsafeDiscardStringContext text;
      # No path is one below something else: of a store path, or of `$root/var/lib`.
      pieces = builtins.split "(^[!+-]*|[^]A-Za-z0-9._}$*-])/+((${lib.concatStringsSep "|" folders})/[A-Za-z0-9@:._+/-]*)" plain;
      # hier(7), and what disks for data are called, which may be mounted there or not.
      folders = [
        "backup"
        "backups"
        "data"
        "export"
        "exports"
        "home"
        "mnt"
        "opt"
        "srv"
        "storage"
        "tank"
        "var"
      ];
      found = index: builtins.elemAt (builtins.elemAt pieces (index * 2 + 1)) 1;
      next = index: builtins.substring 0 1 (builtins.elemAt pieces (index * 2 + 2));
      path =
        index:
        let
          # `source:target`, and the end of a sentence.
          whole = lib.removeSuffix "." (builtins.head (lib.splitString ":" (found index)));
          goesOn = lib.elem (next index) [
            "$"
            "%"
            "{"
            "*"
            "?"
            "["
            "<"
            "\\"
          ];
        in
        "/" + (if goesOn then dirOf whole else whole);
    in
    if mentions (map (folder: "/${folder}/") folders) plain then
      lib.genList path ((builtins.length pieces - 1) / 2)
    else
      [ ];

  # What a script makes only where it is not there yet: keys, an installation's first configuration.
  #   `if [ ! -f /etc/app/key ]`, `if ! test -e …`, `[ -s /etc/app/key ] || …`
  # And what it goes on with where it is there, and writes itself:
  #   `[ -e /etc/app.keys ] && source /etc/app.keys`, `… >>/etc/app.keys`
  # A list of { path; isFile; }: whether it is no directory, if not said.
  madeOnce =
    text:
    let
      plain = builtins.unsafeDiscardStringContext text;
      writes = { path, ... }: mentions [ "> ${path}" ">${path}" ] plain;
      path = "[\"']?(/(etc|opt|srv|var)/[A-Za-z0-9@._+/-]+)";
      found =
        pattern: at:
        map
          (match: {
            path = builtins.elemAt match (at + 1);
            isFile = builtins.elemAt match at != "d";
          })
          (
            lib.filter (match: lib.isList match && !lib.elem (builtins.elemAt match (at + 1)) notMade) (
              builtins.split pattern plain
            )
          );
      # NixOS's own, those of whoever administers the machine, and a key that nobody else ever sees.
      notMade = [
        "/etc/bind/rndc.key"
        "/etc/hostname"
        "/etc/machine-id"
        "/etc/nixos/configuration.nix"
        "/etc/resolv.conf"
      ];
    in
    lib.optionals
      (mentions [
        "! -"
        "! ["
        "! test"
        "||"
      ] plain)
      (
        found "! *([[]+ +|test +)?-([defrs]) +${path}" 1
        ++ found "-([defrs]) +${path}[\"']?( *[]]+)? *[|][|]" 0
      )
    ++ lib.optionals (mentions [ ">/" "> /" ] plain) (
      lib.filter writes (found "-([defrs]) +${path}[\"']?( *[]]+)? *(&&|; *then)[ \n]*(source|[.]) " 0)
    );

  # The directory that is a program's own in which a path lies, as a user would keep it: of
  # /var/lib/app/db/1 /var/lib/app. Null where nothing of a program's own lies.
  ownDirectory =
    path:
    let
      parts = lib.filter (part: part != "" && part != ".") (lib.splitString "/" path);
      depth =
        if
          lib.take 3 parts == [
            "var"
            "lib"
            "private"
          ]
        then
          4
        else if
          lib.head parts == "var"
          && lib.elem (lib.elemAt parts 1) [
            "lib"
            "db"
            "spool"
          ]
        then
          3
        # XDG's folders of root's.
        else if
          lib.take 2 parts == [
            "root"
            ".config"
          ]
        then
          3
        else if
          lib.take 3 parts == [
            "root"
            ".local"
            "share"
          ]
        then
          4
        else
          2;
      isNone =
        lib.length parts < depth
        || lib.elem ".." parts
        || lib.any (folder: isWithin folder path) [
          # What is not meant to last (hier(7), file-hierarchy(7)).
          "/root/.cache"
          "/var/cache"
          "/var/empty"
          "/var/lock"
          "/var/log"
          "/var/run"
          "/var/tmp"
          # Leases of a dnsmasq that NetworkManager starts.
          "/var/lib/misc"
        ];
    in
    if lib.length parts < 2 || isNone then
      null
    else
      "/" + lib.concatStringsSep "/" (lib.take depth parts);
}
