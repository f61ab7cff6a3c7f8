# What mkFleet accepts, and every fault of what it was given, its hosts' own aside.
let
  inherit (builtins)
    attrNames
    concatMap
    isAttrs
    isFunction
    isList
    isString
    removeAttrs
    ;
  inherit (import ./expect.nix) expect faultsOf notAnArgument;

  checks = {
    hosts = expect isAttrs "a set of hosts" ''hosts.web-01 = { platform = "x86_64-linux"; };'';
    defaults = expect isAttrs "a set of mkHost's arguments" ''defaults.hostSpec.timeZone = "UTC";'';
    isoSshKeys =
      expect isList "a list of SSH public keys"
        ''isoSshKeys = [ "ssh-ed25519 AAAA… me@laptop" ];'';
    isoModules = expect isList "a list of modules" "isoModules = [ ./installer.nix ];";
    name = expect isString "a string" ''name = "home";'';
    package = expect isCallable "a function from a package set" "package = pkgs: pkgs.nixfleet;";
  };
  # The module system makes callable sets of functions.
  isCallable = value: isFunction value || (isAttrs value && value ? __functor);
  names = attrNames checks;
in
{
  /**
    Every fault of mkFleet's arguments: the field and what is wrong with it.

    # Type
    `fleetFaults :: { … } -> [ { field :: String; message :: String; } ]`

    # Example
    `fleetFaults { host = { }; }` has one element, which asks whether `hosts` was meant.
  */
  fleetFaults =
    args:
    concatMap (field: faultsOf field (notAnArgument "mkFleet" names field)) (
      attrNames (removeAttrs args names)
    )
    ++ concatMap (
      field: faultsOf field (if args ? ${field} then checks.${field} args.${field} else null)
    ) names
    ++ concatMap (
      name:
      faultsOf "hosts.${name}" (
        expect isAttrs "a host" ''hosts.${name} = { platform = "x86_64-linux"; };'' args.hosts.${name}
      )
    ) (if isAttrs (args.hosts or null) then attrNames args.hosts else [ ]);
}
