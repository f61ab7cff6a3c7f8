# `nixfleet.impermanence` on a Debian guest. What lasts is what the library's own modules say; they
# are called with the few functions and settings that they look at, and with defaults as
# options.nix has them. In place of what upstream's `environment.persistence` does there are commands
# for the guest's activation.
{ given, userName }:
let
  inherit (builtins)
    attrNames
    attrValues
    concatLists
    concatMap
    concatStringsSep
    filter
    isString
    mapAttrs
    ;

  lib = {
    inherit
      attrValues
      concatLists
      concatMap
      filter
      mapAttrs
      ;
    inherit (builtins) any elem;
    hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;
    attrByPath =
      path: default: set:
      builtins.foldl' (found: name: found.${name} or default) set path;
    filterAttrs =
      keep: set: builtins.removeAttrs set (filter (name: !keep name set.${name}) (attrNames set));
    mapAttrsToList = call: set: map (name: call name set.${name}) (attrNames set);
    splitString = separator: text: filter isString (builtins.split "\\${separator}" text);
    optional = condition: value: if condition then [ value ] else [ ];
    optionals = condition: list: if condition then list else [ ];
    optionalAttrs = condition: set: if condition then set else { };
    mkOverride = _: value: value;
    mkIf = condition: value: if condition then value else { };
  };

  cfg = {
    enable = false;
    persistRoot = "/persist";
    directories = [ ];
    files = [ ];
    users = { };
    auditIgnore = [ ];
  }
  // given.nixfleet.impermanence or { };

  config = {
    nixfleet.impermanence = cfg;
    # What our own services keep; the guests have none of them.
    nixfleet.kept = [ ];
    networking = {
      dhcpcd.enable = false;
      networkmanager.enable = false;
    };
    users.users.${userName}.isNormalUser = true;
  };
  options.environment.persistence = { };

  settings =
    module:
    (import ../../../modules/nixos/impermanence/${module}.nix { inherit config lib options; }).config;
  declared = (settings "persist").environment.persistence.${cfg.persistRoot};

  # What the submodules of `environment.persistence` make of a declaration.
  directory =
    owner: home: entry:
    {
      user = owner;
      group = owner;
      mode = "0755";
      persistentStoragePath = cfg.persistRoot;
    }
    // (if isString entry then { directory = entry; } else entry)
    // {
      dirPath = home + (if isString entry then entry else entry.directory);
    };
  file = home: entry: {
    filePath = home + (if isString entry then entry else entry.file);
    persistentStoragePath = cfg.persistRoot;
  };
  storage = {
    persistentStoragePath = cfg.persistRoot;
    directories = map (directory "root" "") declared.directories;
    files = map (file "") declared.files;
    users = mapAttrs (user: entries: {
      directories = map (directory user "/home/${user}/") (entries.directories or [ ]);
      files = map (file "/home/${user}/") (entries.files or [ ]);
    }) declared.users;
  };
  owners = [ storage ] ++ attrValues storage.users;
in
{
  environment = given.environment or { } // {
    persistence = if cfg.enable then { ${cfg.persistRoot} = storage; } else { };
  };

  # As initrd-init.sh mounts them.
  fileSystems = given.fileSystems or { } // {
    "/" = { };
    ${if cfg.enable then cfg.persistRoot else null} = { };
  };

  services = given.services or { } // (settings "host-keys").services or { };
  hostKey =
    if cfg.enable then
      (builtins.head (settings "host-keys").services.openssh.hostKeys).path
    else
      "/etc/ssh/ssh_host_ed25519_key";

  # The commands that bind what lasts; none where everything does.
  persistence =
    if cfg.enable then
      concatStringsSep "\n" (
        concatMap (
          owner:
          map (
            it: "persist_directory ${cfg.persistRoot} ${it.dirPath} ${it.user} ${it.group} ${it.mode}"
          ) owner.directories
          ++ map (it: "persist_file ${cfg.persistRoot} ${it.filePath}") owner.files
        ) owners
      )
    else
      "";
}
