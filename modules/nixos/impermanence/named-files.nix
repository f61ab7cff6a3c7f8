# Files that options name, and that somebody has to bring: keys, passwords, credentials. Pure: from a
# configuration and its options to a list of
#   { option; path; early; }    who names it, and whether the activation reads it, before any persisted
#                               directory is bound into the root
{ lib, nixos }:
let
  inherit (lib) concatMap filter hasPrefix;
  inherit (import ./option-values.nix { inherit lib nixos; }) ofGiven valuesGiven;

  # By the name of the option: NixOS's own end so.
  isFile =
    key:
    let
      name = lib.toLower key;
      is = pattern: builtins.match pattern name != null;
    in
    is ".*(file|files|keypath|keypaths|identitypaths|hostkeys|usercakeys)"
    && !is ".*(${madeByPrograms})[_-]?files?"
    || is ".*(key|cert|certificate|certificatekey|secret|token|password|credentials|keytab)"
    || is ".*(key|cert|credentials?|secret|password|token|identity)[_-]?(path|paths)";
  madeByPrograms = "cache|database|db|drift|dump|history|index|lease|leases|lock|log|output|pid|socket|state|stats|status";

  # A command in an option reads a password or a key, as NixOS's manual has them for backups:
  #   passCommand = "cat /root/passphrase";  BORG_RSH = "ssh -i /root/key";
  isCommand = key: builtins.match ".*(cmd|command|eval|options|rsh)" (lib.toLower key) != null;
  readBy =
    value:
    let
      found = builtins.match "(.*[^A-Za-z0-9_-])?(cat +|ssh .*-i +|IdentityFile[= ])(/[A-Za-z0-9@._+/-]+)([^A-Za-z0-9@._+/-].*)?" value.value;
    in
    lib.optional (found != null) (item value.option (lib.elemAt found 2));

  # Parts of the options that name no file of this host, or that others look at.
  others = import ./other-options.nix ++ [
    "boot"
    "environment"
    "hardware"
  ];

  # sops-nix and agenix decrypt to these; the others are looked at elsewhere.
  isOutput =
    option:
    lib.any (prefix: hasPrefix prefix option) [
      "sops.secrets."
      "sops.templates."
      "age.secrets."
      "services.openssh.hostKeys"
      "services.openssh.authorizedKeysFiles"
    ];

  # A path that Nix holds for one lies in the repository, but where the initrd's secrets are named: there
  # NixOS itself takes it for one of this host.
  isOfHost = item: !item.isLiteral || hasPrefix "boot.initrd." item.option;

  # The activation makes secrets before users.
  isEarly = option: hasPrefix "sops." option || hasPrefix "age." option;

  isPath = value: builtins.match "/[A-Za-z0-9@:._+/-]+" value != null;

  item = option: path: {
    inherit option path;
    early = isEarly option;
  };

  ofInitrd =
    secrets:
    lib.mapAttrsToList (
      name: source:
      item "boot.initrd.secrets.\"${name}\"" (toString (if source == null then name else source))
    ) secrets;

  # /etc has a symlink to it.
  ofEtc =
    etc:
    lib.mapAttrsToList (
      name: file:
      item "environment.etc.${lib.strings.escapeNixIdentifier name}.source" (toString file.source)
    ) (lib.filterAttrs (_: file: file.enable && file.text == null && !lib.isPath file.source) etc);

  # `-` before a file: it need not be there.
  ofUnits =
    services:
    concatMap (
      unit:
      let
        settings = services.${unit}.serviceConfig;
        of =
          kind: pathOf:
          map (
            value:
            item "systemd.services.${lib.strings.escapeNixIdentifier unit}.serviceConfig.${kind}" (pathOf value)
          ) (filter lib.isString (lib.toList (settings.${kind} or [ ])));
      in
      lib.optionals services.${unit}.enable (
        of "EnvironmentFile" (value: value)
        ++ of "LoadCredential" (value: lib.last (lib.splitString ":" value))
      )
    ) (lib.attrNames services);
  isNaming = key: isFile key || isCommand key;
  namedBy =
    value:
    if isFile value.key then
      lib.optional (isOfHost value && !isOutput value.option) (item value.option value.value)
    else
      readBy value;
in
{ config, options }:
filter (file: isPath file.path) (
  concatMap namedBy (
    concatMap (group: ofGiven isNaming group options.${group}) (
      lib.attrNames (removeAttrs options others)
    )
    ++ ofGiven isFile "boot.initrd.network" options.boot.initrd.network
  )
  ++ ofInitrd config.boot.initrd.secrets
  ++ ofUnits config.systemd.services
  ++ ofEtc (valuesGiven options.environment.etc)
)
