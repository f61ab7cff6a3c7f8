# What mkHost accepts, and every fault of what it was given.
let
  inherit (builtins)
    attrNames
    concatMap
    concatStringsSep
    elem
    filter
    isAttrs
    isBool
    isInt
    isList
    isString
    map
    match
    ;
  inherit (import ./expect.nix)
    didYouMean
    expect
    faultsOf
    notAnArgument
    quote
    show
    ;
  inherit (import ./platforms.nix) classOf platforms;

  argumentNames = [
    "homeModules"
    "hostName"
    "hostSpec"
    "isVm"
    "modules"
    "platform"
    "specialArgs"
    "stateVersion"
  ];

  # One check a field: a message when the value is wrong, else null. `args` are all arguments.
  checks = {
    hostName =
      { hostName, ... }:
      # RFC 1123, section 2.1, and the limit of 63 of RFC 1035 for one label.
      if isString hostName && match "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?" hostName != null then
        null
      else
        "${show hostName} is not a host name: write 1 to 63 letters, digits and inner hyphens, like `web-01`";

    platform =
      { platform, ... }:
      if isString platform && elem platform platforms then
        null
      else
        "${show platform} is not a platform: write one of ${concatStringsSep ", " (map quote platforms)}${didYouMean platforms platform}";

    stateVersion =
      {
        stateVersion,
        platform ? null,
        ...
      }:
      if classOf platform == "darwin" then
        if isInt stateVersion then
          null
        else
          "${show stateVersion} is not a state version of nix-darwin, which counts in integers: write the one that was current when the Mac was installed, like `6`"
      else if isString stateVersion && match "[0-9]{2}[.](05|11)" stateVersion != null then
        null
      else
        "${show stateVersion} is not a NixOS release: write the one that the host was installed with, in quotes, like `\"26.05\"`";

    hostSpec =
      { hostSpec, ... }:
      if !isAttrs hostSpec then
        "${show hostSpec} is not a set of hostSpec options: write `hostSpec = { userName = \"ops\"; };`"
      else if hostSpec ? hostName || hostSpec ? isDarwin then
        "`hostName` and `isDarwin` follow from mkHost's `hostName` and `platform`: remove them from `hostSpec`"
      else
        null;

    modules =
      { modules, ... }: expect isList "a list of modules" "modules = [ ./hardware.nix ];" modules;

    homeModules =
      { homeModules, ... }:
      expect isList "a list of Home Manager modules" "homeModules = [ ./home.nix ];" homeModules;

    isVm =
      {
        isVm,
        platform ? null,
        ...
      }:
      if isVm == true && classOf platform == "darwin" then
        "a Mac cannot be a QEMU guest: remove `isVm`"
      else
        expect isBool "a boolean" "isVm = true;" isVm;

    specialArgs =
      { specialArgs, ... }: expect isAttrs "a set" "specialArgs = { inherit inputs; };" specialArgs;
  };

  required = [
    "hostName"
    "platform"
  ];
in
{
  inherit argumentNames;

  /**
    Every fault of mkHost's arguments: the field and what is wrong with it.

    # Type
    `argumentFaults :: { … } -> [ { field :: String; message :: String; } ]`

    # Example
    `argumentFaults { hostName = "web-01"; platform = "x86-linux"; }` has one element, and its
    message ends with "did you mean `x86_64-linux`?".
  */
  argumentFaults =
    args:
    let
      missing = filter (name: !(args ? ${name})) required;
      unknown = attrNames (removeAttrs args argumentNames);
    in
    map (field: {
      inherit field;
      message = "is missing, and required";
    }) missing
    ++ concatMap (field: faultsOf field (notAnArgument "mkHost" argumentNames field)) unknown
    ++ concatMap (
      field: if args ? ${field} then faultsOf field (checks.${field} args) else [ ]
    ) argumentNames;
}
