# Paths that a unit or an option of a service that is on names: likely the service's state. Pure: from a
# configuration and its options.
{ lib, nixos }:
let
  inherit (lib) concatLists concatMap mapAttrsToList;
  inherit (import ../paths.nix { inherit lib; }) mentions ownDirectory pathsIn;
  inherit (import ../option-values.nix { inherit lib nixos; }) ofEnabled;

  # Certificates are read by many, and kept by acme's own units, which say so.
  isOthers = lib.hasPrefix "/var/lib/acme/";

  named =
    source: text:
    map (path: {
      inherit source path;
      likely = true;
    }) (lib.filter (path: !isOthers path) (pathsIn text));

  # A script tries paths that were once, and links; below these folders it makes what it names.
  isUsual =
    item:
    lib.any (folder: lib.hasPrefix folder item.path) [
      "/var/lib/"
      "/var/db/"
      "/var/spool/"
    ];
  inScript =
    source: text:
    let
      gone = movedAway text;
    in
    lib.filter (item: isUsual item && !lib.elem (ownDirectory item.path) gone) (named source text);

  # Where state was under an older name: `mv /var/lib/piwik /var/lib/matomo`.
  movedAway =
    text:
    lib.optionals (mentions [ "mv " ] text) (
      concatMap (match: lib.optional (lib.isList match) (lib.last match)) (
        builtins.split "mv +(-[A-Za-z-]+ +)*\"?(/var/[A-Za-z0-9._/-]+)" (
          builtins.unsafeDiscardStringContext text
        )
      )
    );

  # Settings whose paths a unit does not write to.
  foreign = [
    "BindReadOnlyPaths"
    "EnvironmentFile"
    "InaccessibleDirectories"
    "InaccessiblePaths"
    "LoadCredential"
    "LoadCredentialEncrypted"
    "ReadOnlyDirectories"
    "ReadOnlyPaths"
    "TemporaryFileSystem"
  ];

  # A script that was made by writeShellScript is there with its text, unless it was put into a string.
  textsOf =
    value:
    if lib.isString value then
      [ value ]
    else if lib.isList value then
      concatMap textsOf value
    else if lib.isDerivation value then
      [ (value.text or "") ]
    else
      [ ];

  ofSettings =
    source: settings: concatMap (named source) (concatMap textsOf (lib.attrValues settings));

  ofUnit =
    unit: service:
    let
      source = "named by ${unit}.service";
    in
    lib.optionals service.enable (
      concatMap (script: inScript source (service.${script} or "")) [
        "preStart"
        "script"
        "postStart"
        "reload"
        "preStop"
        "postStop"
      ]
      ++ ofSettings source (removeAttrs service.serviceConfig foreign)
      ++ ofSettings source service.unitConfig
      ++ ofSettings source service.environment
    );

  ofOptions =
    group: values:
    concatMap (item: named "named by ${item.option}" item.value) (
      lib.filter (item: !item.isLiteral) (ofEnabled group values)
    );

  # What NixOS and impermanence do themselves on each host. It makes no service's state, and `etc` is
  # all of /etc, which takes longer to evaluate than the rest of the audit.
  common = [
    "binsh"
    "createPersistentStorageDirs"
    "etc"
    "groups"
    "hashes"
    "modprobe"
    "nixfleetHostKeys"
    "persist-files"
    "script"
    "specialfs"
    "stdio"
    "udevd"
    "users"
    "usrbinenv"
    "var"
  ];
  ofActivation =
    name: script: inScript "named by system.activationScripts.${name}" (script.text or "");
in
{ config, options }:
concatLists (mapAttrsToList ofUnit config.systemd.services)
++ concatLists (mapAttrsToList ofActivation (removeAttrs config.system.activationScripts common))
++ concatMap (group: ofOptions group (options.${group} or { })) [
  "services"
  "virtualisation"
]
