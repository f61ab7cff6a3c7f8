# What mkFleet accepts, and every fault of what it was given, its hosts' own aside.
let
  inherit (builtins)
    all
    attrNames
    concatMap
    elem
    isAttrs
    isFunction
    isList
    isPath
    isString
    map
    match
    removeAttrs
    ;
  inherit (import ./expect.nix)
    expect
    faultsOf
    listOr
    meant
    pathOr
    quote
    show
    unknown
    unlessThrown
    wrong
    ;
  inherit (import ./host-arguments.nix) argumentNames layerFaults;
  inherit (import ./properties.nix) fieldsOf isProperty;

  checksOf = args: {
    hosts = expect isSet "a set of hosts" (
      imported args "hosts" "hosts" ''hosts.web-01 = { platform = "x86_64-linux"; };''
    );
    defaults = expect isSet "a set of mkHost's arguments" (
      imported args "defaults" "defaults" ''defaults.hostSpec.timeZone = "UTC";''
    );
    isoSshKeys = expect isList "a list of SSH public keys" (
      _: ''isoSshKeys = [ "ssh-ed25519 AAAA… me@laptop" ];''
    );
    isoModules = expect isList "a list of modules" (_: listOr args "isoModules" "./installer.nix");
    hostSpecFields = expect (value: isList value && all isString value) "a list of names" (
      _: ''hostSpecFields = [ "rack" ];''
    );
    # It is part of a file's name.
    name = expect (
      value: isString value && match "[a-zA-Z0-9][a-zA-Z0-9+._-]*" value != null
    ) "a name of letters, digits, `-`, `_` and `.`" (_: ''name = "home";'');
    release = expect (value: value == null || isSet value) "a set" (
      _: ''release.keys = [ "ssh-ed25519 AAAA… me@laptop" ];''
    );
    package = expect isCallable "a function from a package set" (_: "package = pkgs: pkgs.nixfleet;");
  };
  isSet = value: isAttrs value && !isProperty value;
  # The module system makes callable sets of functions.
  isCallable = value: isFunction value || (isAttrs value && value ? __functor);
  names = attrNames (checksOf { });

  # An example, or how a file is written there.
  imported =
    args: name: field: example: value:
    if isPath value then
      "${field} = import ${pathOr args name example};"
    else if isList value && value != [ ] && field != "hosts" then
      "${field} = { … };"
    else
      example;

  stateVersions = {
    nixos = ''"26.05"'';
    darwin = "7";
  };
  classes = [
    "nixos"
    "darwin"
  ];
  othersOf = prefix: if prefix == "defaults" then classes else [ ];
  setOrNone = value: if isSet value then value else { };
  # What throws is told where it is needed.
  setIfReadable =
    value:
    let
      tried = builtins.tryEval (isSet value);
    in
    if tried.success && tried.value then value else { };

  # The faults of the defaults, `defaults`, or of those of a class, `defaults.nixos`.
  faultsOfLayer =
    prefix: layer:
    map (fault: fault // { field = "${prefix}.${fault.field}"; }) (
      layerFaults (othersOf prefix) (setIfReadable layer)
    );
  faultsOfClass =
    defaults: class:
    if defaults ? ${class} then
      faultsOf "defaults.${class}" (
        unlessThrown (
          expect isSet "a set of mkHost's arguments" (imported defaults class "defaults.${class}"
            "defaults.${class}.stateVersion = ${stateVersions.${class}};"
          ) defaults.${class}
        )
      )
      ++ faultsOfLayer "defaults.${class}" defaults.${class}
    else
      [ ];
in
{
  inherit isCallable setOrNone;

  /**
    A layer of the defaults without what is at fault in it, which is told once, and not at each host
    that it reaches.

    # Type
    `soundLayer :: String -> Any -> { … }`

    # Example
    `soundLayer "defaults" { isVm = true; modules = ./hardening.nix; }` is `{ isVm = true; }`.
  */
  soundLayer =
    prefix: given:
    let
      layer = setOrNone given;
      fields = map (fault: fault.field) (layerFaults (othersOf prefix) layer);
    in
    if fields == [ ] then
      layer
    else
      removeAttrs layer fields
      // (
        if elem "hostSpec.networking" fields then
          { hostSpec = removeAttrs (fieldsOf layer.hostSpec) [ "networking" ]; }
        else
          { }
      );

  /**
    Every fault of mkFleet's arguments, the defaults' among them: the field, what is wrong with it,
    and what to write.

    # Type
    `fleetFaults :: { … } -> [ { field, code, message, help :: String } ]`

    # Example
    `fleetFaults { host = { }; }` has one element, whose help is "write `hosts`".
  */
  fleetFaults =
    given:
    let
      args = if isSet given then given else { };
    in
    (
      if isSet given then
        [ ]
      else
        faultsOf "" (
          wrong "mkFleet takes a set, and was given ${show given}" "write `mkFleet { hosts.web-01 = { platform = \"x86_64-linux\"; }; }`"
        )
    )
    ++ concatMap (
      field:
      let
        name = meant names field;
        help =
          if elem field argumentNames then
            "it is one of mkHost: write it in `defaults`, or in a host of `hosts`"
          else if name != null then
            "write ${quote name}"
          else
            "remove it; hosts' arguments belong to `hosts`";
      in
      faultsOf field (unknown "mkFleet" help)
    ) (attrNames (removeAttrs args names))
    ++ concatMap (
      field:
      faultsOf field (
        if args ? ${field} then unlessThrown ((checksOf args).${field} args.${field}) else null
      )
    ) names
    ++ (
      let
        defaults = setIfReadable (args.defaults or { });
      in
      faultsOfLayer "defaults" defaults ++ concatMap (faultsOfClass defaults) classes
    );
}
