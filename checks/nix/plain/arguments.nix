# Every argument of mkHost and mkFleet as data: whatever stands there, in a host or in a layer of the
# defaults, the inventory tells what is wrong, once and at its line.
{ nixfleet }:
let
  inherit (builtins)
    attrNames
    concatMap
    filter
    map
    mapAttrs
    toJSON
    ;
  inherit (import ../inventories.nix { inherit nixfleet; }) faultsOf inventoryOf told;

  # Values that an argument cannot have, by name. What the inventory carries the tool judges, and
  # there `null` alone is told here.
  wrongValues = {
    modules = [
      null
      ./arguments.nix
      { }
      (x: x)
      "x"
    ];
    homeModules = [
      null
      ./arguments.nix
      { }
    ];
    specialArgs = [
      null
      3
      [ ]
      {
        _type = "if";
        condition = true;
        content = { };
      }
    ];
    tags = [
      null
      "web"
      [ "a b" ]
      [ null ]
      [ "-h" ]
    ];
    hostSpecFields = [
      null
      "rack"
      { rack = 1; }
      [ 1 ]
    ];
    hostSpec = [ null ];
    isVm = [ null ];
    stateVersion = [ null ];
    system = [ "x86_64-linux" ];
  };

  # In the defaults these would be lost where a host has its own.
  wrongDefaults = wrongValues // {
    hostSpec = [
      null
      "ops"
      [ ]
      { hostName = "x"; }
    ];
    platform = [ null ];
    hostName = [ "web-01" ];
    hostKey = [ "ssh-ed25519 AAAA" ];
  };

  # What is told where an argument stands in `place`, of a fleet that `fleetWith` makes: the values of
  # which not exactly that argument is told.
  missed =
    place: fleetWith: values:
    concatMap (
      field:
      map (value: "${place field}: ${toJSON (mapAttrs (_: builtins.typeOf) { inherit value; })}") (
        filter (
          value:
          told (
            inventoryOf (fleetWith {
              ${field} = value;
            })
          ) != [ (place field) ]
        ) values.${field}
      )
    ) (attrNames values);

  web = {
    platform = "x86_64-linux";
    modules = [ ];
    hostSpec.userName = "ops";
  };
in
{
  "test: a wrong argument of a host is told, whatever it is" = {
    expr = missed (field: "web-01: ${field}") (args: { hosts.web-01 = web // args; }) wrongValues;
    expected = [ ];
  };
  "test: a wrong default is told, whether a host has a value of its own or not" = {
    expr = missed (field: "defaults.${field}") (args: {
      defaults = args;
      hosts = {
        web-01 = web;
        web-02.platform = "x86_64-linux";
      };
    }) wrongDefaults;
    expected = [ ];
  };
  "test: a wrong default of a class is told, and of a class that no host has" = {
    expr =
      missed (field: "defaults.nixos.${field}") (args: {
        defaults.nixos = args;
        hosts.web-01 = web;
      }) wrongDefaults
      ++ missed (field: "defaults.darwin.${field}") (args: {
        defaults.darwin = args;
        hosts.web-01 = web;
      }) wrongDefaults;
    expected = [ ];
  };
  "test: a layer that is no set is told" = {
    expr =
      map
        (
          defaults:
          told (inventoryOf {
            inherit defaults;
          })
        )
        [
          null
          ./arguments.nix
          { nixos = null; }
          { darwin = [ ]; }
          {
            _type = "merge";
            contents = [ ];
          }
        ];
    expected = [
      [ "defaults" ]
      [ "defaults" ]
      [ "defaults.nixos" ]
      [ "defaults.darwin" ]
      [ "defaults" ]
    ];
  };
  "test: of a list what does not fit is told" = {
    expr =
      map
        (
          args:
          map (fault: fault.message) (
            faultsOf (inventoryOf {
              hosts.web-01 = web // args;
            })
          )
        )
        [
          {
            tags = [
              "web"
              "a b"
              3
            ];
          }
          { tags = [ 3 ]; }
          { tags = "web"; }
          {
            hostSpecFields = [
              "rack"
              { }
            ];
          }
        ];
    expected = [
      [ "`a b` is not a word of letters, digits, `-`, `_` and `.`" ]
      [ "`3` is not a word of letters, digits, `-`, `_` and `.`" ]
      [ "`web` is not a list of words" ]
      [ "a set is not a name" ]
    ];
  };
  "test: a file in the place of a set is told with how it is imported" = {
    expr = map (args: map (fault: fault.help) (inventoryOf args).faults) [
      { hosts = ./arguments.nix; }
      { defaults.darwin = ./arguments.nix; }
      { defaults.darwin = [ ]; }
      { defaults = [ { isVm = true; } ]; }
    ];
    expected = [
      [ "write `hosts = import ./arguments.nix;`" ]
      [ "write `defaults.darwin = import ./arguments.nix;`" ]
      [ "write `defaults.darwin.stateVersion = 7;`" ]
      [ "write `defaults = { … };`" ]
    ];
  };
  "test: a network in the defaults that is no set is told" = {
    expr = told (inventoryOf {
      defaults.hostSpec.networking = "eth0";
      hosts.web-01 = web;
    });
    expected = [ "defaults.hostSpec.networking" ];
  };
  "test: a host that is no set is told, with how to write it" = {
    expr = map (host: (builtins.head (inventoryOf { hosts.web-01 = host; }).hosts.web-01.faults).help) [
      null
      ./arguments.nix
      (x: x)
      ({ user }: { })
      ({ config, ... }: { })
    ];
    expected = [
      ''write `hosts.web-01 = { platform = "x86_64-linux"; };`''
      "write `hosts.web-01 = import ./arguments.nix;`"
      "write `hosts.web-01 = import ./web-01.nix { … };`"
      "write `hosts.web-01 = import ./web-01.nix { … };`"
      "write `hosts.web-01 = { platform = \"x86_64-linux\"; modules = [ … ]; };`, and the module into the list"
    ];
  };
  "test: a file is named in a cure as it is written there, whatever folder it is in" = {
    expr = map (args: map (fault: fault.help) (faultsOf (inventoryOf args))) [
      { hosts = ../with-inputs/lib.nix; }
      { hosts.web-01 = ../../../lib/expect.nix; }
      {
        hosts.web-01 = web // {
          modules = ../runner/files.py;
        };
      }
      { defaults.modules = ../with-inputs/lib.nix; }
      { isoModules = ../host.nix; }
    ];
    expected = [
      [ "write `hosts = import ../with-inputs/lib.nix;`" ]
      [ "write `hosts.web-01 = import ../../../lib/expect.nix;`" ]
      [ "write `modules = [ ../runner/files.py ];`" ]
      [ "write `modules = [ ../with-inputs/lib.nix ];`" ]
      [ "write `isoModules = [ ../host.nix ];`" ]
    ];
  };
  "test: a system in the place of a host is told as that alone" = {
    expr = told (inventoryOf {
      hosts.web-01 = nixfleet.mkHost {
        hostName = "web-01";
        platform = "x86_64-linux";
      };
    });
    expected = [ "web-01: " ];
  };
  "test: a wrong argument of mkFleet is told, null too" = {
    expr = map (args: told (inventoryOf args)) [
      { hosts = null; }
      { hosts = [ ]; }
      { isoSshKeys = null; }
      { isoModules = ./arguments.nix; }
      { name = "my fleet"; }
      { package = null; }
      { hostSpecFields = "rack"; }
      { host = { }; }
      { modules = [ ]; }
    ];
    expected = map (field: [ field ]) [
      "hosts"
      "hosts"
      "isoSshKeys"
      "isoModules"
      "name"
      "package"
      "hostSpecFields"
      "host"
      "modules"
    ];
  };
  "test: mkFleet of what is no set has an inventory that says so" = {
    expr = (builtins.head (inventoryOf [ ]).faults).message;
    expected = "mkFleet takes a set, and was given a list";
  };
  "test: the names of other libraries lead to ours" = {
    expr =
      map (fault: fault.help)
        (inventoryOf {
          hosts.web-01 = {
            system = "x86_64-linux";
            imports = [ ];
            timeZone = "UTC";
          };
        }).hosts.web-01.faults;
    expected = [
      "write `modules`"
      "write `platform`"
      "write `hostSpec.timeZone`"
    ];
  };
  "test: a network is hostSpec's where it has fields of that, and else a module's" = {
    expr =
      map
        (
          networking:
          (builtins.head
            (inventoryOf {
              hosts.web-01 = web // {
                inherit networking;
              };
            }).hosts.web-01.faults
          ).help
        )
        [
          { address = "192.0.2.1/24"; }
          { hostName = "web-01"; }
          { firewall.enable = false; }
          (throw "not yet")
        ];
    expected = [
      "write `hostSpec.networking`"
      "take `hostName` out: the host has the name of its entry in `hosts`"
      "what is no argument of mkHost belongs in a module, in `modules = [ … ]`"
      "write `hostSpec.networking`"
    ];
  };
}
