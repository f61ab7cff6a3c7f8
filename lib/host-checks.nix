# What is right for each of mkHost's arguments.
let
  inherit (builtins)
    concatStringsSep
    elem
    elemAt
    head
    isAttrs
    isBool
    isInt
    isList
    isString
    map
    match
    ;
  inherit (import ./expect.nix)
    expect
    expectEach
    listOr
    meant
    quote
    show
    wrong
    ;
  inherit (import ./platforms.nix) classOf platforms;
  inherit (import ./properties.nix) fieldsOf isProperty;
  inherit (import ./ssh-key.nix) sshKeyFault;

  # A word of the command line, of a release and of a metric's label.
  isTag = tag: isString tag && match "[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}" tag != null;
in
# One check a field: a fault when the value is wrong, else null. `args` are all arguments.
{
  hostName =
    { hostName, ... }:
    # RFC 1123, section 2.1, and the limit of 63 of RFC 1035 for one label.
    if isString hostName && match "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?" hostName != null then
      null
    else if isString hostName && match "[a-zA-Z0-9-]+([.][a-zA-Z0-9-]+)+" hostName != null then
      let
        parts = match "([^.]+)[.](.+)" hostName;
      in
      wrong "${show hostName} is not a host name, but one with its domain" "write ${quote (head parts)}, and the domain in a module: `networking.domain = \"${elemAt parts 1}\";`"
    else
      wrong "${show hostName} is not a host name" "write 1 to 63 letters, digits and inner hyphens, like `web-01`";

  platform =
    { platform, ... }:
    if isString platform && elem platform platforms then
      null
    else
      let
        name = meant platforms platform;
      in
      wrong "${show platform} is not a platform" "write ${
        if name != null then quote name else "one of ${concatStringsSep ", " (map quote platforms)}"
      }";

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
        wrong "${show stateVersion} is not a state version of nix-darwin, which counts in integers" "write the one that was current when the Mac was installed, like `7`"
    else if isString stateVersion && match "[0-9]{2}[.](03|05|09|11)" stateVersion != null then
      null
    else
      wrong "${show stateVersion} is not a NixOS release" "write the one that the host was installed with, in quotes, like `\"26.05\"`";

  hostSpec =
    { hostSpec, ... }:
    let
      fields = fieldsOf hostSpec;
    in
    if !isAttrs fields then
      wrong "${show fields} is not a set of hostSpec options" "write `hostSpec = { userName = \"ops\"; };`"
    else if fields ? hostName || fields ? isDarwin then
      wrong "`hostName` and `isDarwin` follow from mkHost's `hostName` and `platform`" "remove them from `hostSpec`"
    else
      null;

  modules =
    { modules, ... }@args:
    expect isList "a list of modules" (_: listOr args "modules" "./hardware.nix") modules;

  homeModules =
    { homeModules, ... }@args:
    expect isList "a list of Home Manager modules" (
      _: listOr args "homeModules" "./home.nix"
    ) homeModules;

  isVm =
    {
      isVm,
      platform ? null,
      ...
    }:
    if isVm == true && classOf platform == "darwin" then
      wrong "a Mac cannot be a QEMU guest" "remove `isVm`"
    else
      expect isBool "a boolean" (it: if it == null then "isVm = false;" else "isVm = true;") isVm;

  tags =
    { tags, ... }:
    expectEach isTag "a list of words" "a word of letters, digits, `-`, `_` and `.`" (
      it: if it == null then "tags = [ ];" else ''tags = [ "web" "canary" ];''
    ) tags;

  hostKey =
    { hostKey, ... }:
    let
      fault = if hostKey == null then null else sshKeyFault hostKey;
    in
    if fault == null then
      null
    else
      wrong "it is not the host's public SSH key" "write the line of its `/etc/ssh/ssh_host_ed25519_key.pub`";

  hostSpecFields =
    { hostSpecFields, ... }:
    expectEach isString "a list of names" "a name" (_: ''hostSpecFields = [ "rack" ];'') hostSpecFields;

  # An input is not looked at before its host is built: it may have to be fetched.
  nixpkgs =
    { nixpkgs, ... }:
    expect (value: isAttrs value && value ? lib && value ? outPath) "a nixpkgs, as a flake's input" (
      _: "nixpkgs = inputs.nixpkgs-unstable;"
    ) nixpkgs;

  specialArgs =
    { specialArgs, ... }:
    expect (value: isAttrs value && !isProperty value) "a set" (
      it: if it == null then "specialArgs = { };" else "specialArgs = { inherit inputs; };"
    ) specialArgs;
}
