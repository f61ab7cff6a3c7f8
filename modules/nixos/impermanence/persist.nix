# What stays by itself, and what the user added, handed to `environment.persistence`; the file
# systems under it are mounted in the initrd.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (import ../../../lib/nearest.nix) nearest;
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
  cfg = config.nixfleet.impermanence;

  # From network-interfaces-scripted: dhcpcd runs when any interface asks for it.
  usesDhcpcd =
    config.networking.dhcpcd.enable
    && (
      config.networking.useDHCP
      || lib.any (interface: interface.useDHCP == true) (lib.attrValues config.networking.interfaces)
    );

  # What a machine needs to stay in its networks and with its devices.
  kept = lib.filter (state: state.keep) (import ./packaged.nix { inherit lib; } config);

  # What the user says of a directory goes before what is said here: upstream refuses two entries.
  pathOf = entry: entry.directory or entry;
  unlessChosen = lib.filter (entry: !lib.any (chosen: pathOf chosen == pathOf entry) cfg.directories);

  # What systemd and OpenSSH refuse, and GnuPG warns of, unless it is closed to others: upstream makes
  # directories for all to read.
  systemsClosed = [
    "/var/cache/private"
    "/var/lib/private"
    "/var/log/private"
  ];
  usersClosed = [
    ".gnupg"
    ".ssh"
  ];
  closed =
    names:
    map (
      entry:
      if lib.elem entry names then
        {
          directory = entry;
          mode = "0700";
        }
      else
        entry
    );

  # impermanence asks for each one's home and group; a name that nobody has fails there without a word
  # of where it is from.
  knownUsers = lib.mapAttrs (
    _: user: user // { directories = closed usersClosed user.directories; }
  ) (builtins.intersectAttrs config.users.users cfg.users);
  unknownUsers = lib.attrNames (removeAttrs cfg.users (lib.attrNames knownUsers));
  didYouMean =
    name:
    let
      near = nearest people name;
    in
    lib.optionalString (near != null) "; did you mean `${near}`?";
  people = lib.attrNames (lib.filterAttrs (_: user: user.isNormalUser) config.users.users);

  # Every mount that a persisted path lies on or is stored on. Activation binds the paths before
  # systemd mounts anything of the second stage, so these must be there before it.
  persistence = lib.filter (storage: storage.enable) (
    lib.attrValues (config.environment.persistence or { })
  );
  persistedPaths = lib.concatMap (
    storage:
    lib.concatMap (
      owner: map (entry: entry.dirPath) owner.directories ++ map (entry: entry.filePath) owner.files
    ) ([ storage ] ++ lib.attrValues storage.users)
  ) persistence;
  isNeededEarly =
    mountPoint:
    lib.any (storage: lib.hasPrefix "${mountPoint}/" "${storage.persistentStoragePath}/") persistence
    || lib.any (lib.hasPrefix "${mountPoint}/") persistedPaths;
in
{
  imports = [ ./kept.nix ];

  # A second declaration of the option, which adds to the submodule: upstream demands that the user
  # sets `neededForBoot` on each of these, and says so with an assertion.
  options.fileSystems = lib.mkOption {
    type = lib.types.attrsOf (
      lib.types.submodule (
        { config, ... }:
        {
          neededForBoot = lib.mkIf (cfg.enable && isNeededEarly config.mountPoint) (taste true);
        }
      )
    );
  };

  config = lib.mkIf cfg.enable {
    assertions =
      map (name: {
        assertion = false;
        message = "nixfleet.impermanence.users.${name}: the host has no user `${name}`${didYouMean name}: write a name of `users.users`";
      }) unknownUsers
      ++ [
        {
          assertion = options.environment ? persistence;
          message = "nixfleet.impermanence builds on the module of github:nix-community/impermanence, which is not there: make the host with mkHost, or import `impermanence.nixosModules.impermanence`";
        }
      ];

    environment = lib.optionalAttrs (options.environment ? persistence) {
      persistence.${cfg.persistRoot} = {
        # Bind mounts are no drives to show in a file manager.
        hideMounts = taste true;

        directories =
          unlessChosen (
            [
              # The ids of users and groups that have no fixed one.
              "/var/lib/nixos"
              # Timers' last runs, the random seed, core dumps, lingering users.
              "/var/lib/systemd"
              "/var/log"
            ]
            # The lease and the DUID by which a DHCP server knows the machine.
            ++ lib.optional usesDhcpcd "/var/lib/dhcpcd"
            ++ lib.optional config.networking.networkmanager.enable {
              directory = "/etc/NetworkManager/system-connections";
              # They hold Wi-Fi passwords.
              mode = "0700";
            }
            ++ map (state: {
              directory = state.path;
              inherit (state) mode;
            }) kept
            ++ config.nixfleet.kept
          )
          ++ closed systemsClosed cfg.directories;

        files = [ "/etc/machine-id" ] ++ cfg.files;

        users = knownUsers;
      };
    };
  };
}
