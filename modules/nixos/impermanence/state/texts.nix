# Paths that a unit, an option of a service that is on, or an option that somebody gave a value names:
# likely state. Pure: from a configuration and its options.
{ lib, nixos }:
let
  inherit (lib) concatLists concatMap mapAttrsToList;
  inherit (import ../paths.nix { inherit lib; })
    madeOnce
    mentions
    ownDirectory
    pathsIn
    ;
  inherit (import ../option-values.nix { inherit lib nixos; })
    ofEnabled
    ofForeign
    ofGiven
    valuesGiven
    ;
  containers = import ./containers.nix { inherit lib; };

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

  made =
    source: text:
    map (
      it:
      it
      // {
        inherit source;
        likely = true;
        isMade = true;
      }
    ) (lib.filter (it: !isOthers it.path) (madeOnce text));

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

  # A script of writeShellScript and the like, or a file of `pkgs.formats`, is there with its contents,
  # unless it was put into a string: the store cannot be asked in a flake's evaluation.
  textsOf =
    value:
    if lib.isString value then
      [ value ]
    else if lib.isList value then
      concatMap textsOf value
    else if lib.isDerivation value then
      lib.filter lib.isString [
        (value.text or null)
        (value.value or null)
        (value.buildCommand or null)
      ]
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
      concatMap (script: inScript source script ++ made "made once by ${unit}.service" script) (
        map (name: service.${name} or "") [
          "preStart"
          "script"
          "postStart"
          "reload"
          "preStop"
          "postStop"
        ]
      )
      ++ ofSettings source (removeAttrs service.serviceConfig foreign)
      ++ ofSettings source service.unitConfig
      ++ ofSettings source service.environment
    );

  ofValues =
    values:
    concatMap (item: named "named by ${item.option}" item.value) (
      lib.filter (item: !item.isLiteral) values
    );

  switched = [
    "services"
    "virtualisation"
  ];

  # Roots of options that name no state, or that are looked at elsewhere.
  others = import ../other-options.nix ++ [ "swapDevices" ];

  # Files of /etc that are no file of NixOS's, by what is in them.
  ofEtc = mapAttrsToList (
    name: file:
    ofSettings "named by environment.etc.${lib.strings.escapeNixIdentifier name}" {
      contents = if file.text == null then file.source else file.text;
    }
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
let
  ofContainers = lib.optionals (options.virtualisation ? oci-containers) (
    containers.units config.virtualisation.oci-containers
  );
in
concatLists (mapAttrsToList ofUnit (removeAttrs config.systemd.services ofContainers))
++ concatLists (mapAttrsToList ofActivation (removeAttrs config.system.activationScripts common))
++ concatMap (
  group:
  let
    values = removeAttrs (options.${group} or { }) [ "oci-containers" ];
  in
  # Where there is no switch, as with `services.phpfpm.pools`, what somebody gave counts.
  ofValues (ofEnabled group values ++ ofGiven (_: true) group values)
) switched
++ concatMap (root: ofValues (ofForeign root options.${root})) (
  lib.attrNames (removeAttrs options (others ++ switched))
)
++ concatLists (ofEtc (valuesGiven options.environment.etc))
# Programs that are no packages of the host's, as flatpak's and linyaps's.
++ concatMap (inScript "named by environment.profiles") config.environment.profiles
