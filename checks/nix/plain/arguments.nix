# Every argument of mkHost and mkFleet as data: whatever stands there, in a host or in a layer of the
# defaults, the inventory tells what is wrong, once and at its line.
{ nixfleet }:
let
  inherit (builtins)
    attrNames
    attrValues
    concatMap
    concatStringsSep
    filter
    listToAttrs
    map
    mapAttrs
    toJSON
    ;

  inventoryOf = args: (nixfleet.mkFleet args).nixfleet;

  # The fields that the inventory says are at fault, each with whether its place is known.
  faultsIn =
    entry: map (fault: fault.field + (if entry.positions ? ${fault.field} then "" else " (nowhere)"));
  faultsOf =
    inventory:
    (inventory.faults or [ ]) ++ concatMap (host: host.faults or [ ]) (attrValues inventory.hosts);
  told =
    inventory:
    faultsIn inventory (inventory.faults or [ ])
    ++ concatMap (
      name:
      map (field: "${name}: ${field}") (
        faultsIn inventory.hosts.${name} (inventory.hosts.${name}.faults or [ ])
      )
    ) (attrNames inventory.hosts);

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

  thrown = inventoryOf {
    defaults.specialArgs = throw "the special arguments";
    hosts = {
      sound = web;
      value = web // {
        hostSpec.timeZone = throw "the time zone";
      };
      argument = web // {
        modules = throw "the modules";
      };
      whole = throw "the host";
      platform.platform = throw "the platform";
    };
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
  "test: a file in the place of a set is told with how it is imported" = {
    expr = map (args: map (fault: fault.help) (inventoryOf args).faults) [
      { hosts = ./arguments.nix; }
      { defaults.darwin = ./arguments.nix; }
      { defaults.darwin = [ ]; }
    ];
    expected = [
      [ "write `hosts = import ./arguments.nix;`" ]
      [ "write `defaults.darwin = import ./arguments.nix;`" ]
      [ "write `defaults.darwin.stateVersion = 7;`" ]
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
      ({ config, ... }: { })
    ];
    expected = [
      ''write `hosts.web-01 = { platform = "x86_64-linux"; };`''
      "write `hosts.web-01 = import ./arguments.nix;`"
      "write `hosts.web-01 = import ./web-01.nix { … };`"
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
  "test: right arguments have no faults" = {
    expr = told (inventoryOf {
      isoSshKeys = [ ];
      isoModules = [ ];
      name = "home";
      package = pkgs: pkgs.nixfleet;
      hostSpecFields = [ "rack" ];
      defaults = {
        isVm = false;
        tags = [ "prod" ];
        modules = [ ];
        homeModules = [ ];
        specialArgs = { };
        nixos.stateVersion = "26.05";
        darwin.stateVersion = 6;
      };
      hosts.web-01 = web // {
        hostKey = null;
        tags = [ "web" ];
      };
    });
    expected = [ ];
  };

  "test: a throw in one host leaves the others, and what is wrong in it is asked of it alone" = {
    expr = {
      names = attrNames thrown.hosts;
      readable = attrNames (
        listToAttrs (
          filter (entry: entry.value) (
            map (name: {
              inherit name;
              value = (builtins.tryEval (builtins.deepSeq thrown.hosts.${name} true)).value;
            }) (attrNames thrown.hosts)
          )
        )
      );
      faults = thrown.faults or [ ];
    };
    expected = {
      names = [
        "argument"
        "platform"
        "sound"
        "value"
        "whole"
      ];
      # What a host's modules are is not in the inventory.
      readable = [
        "argument"
        "sound"
      ];
      faults = [ ];
    };
  };
  "test: a host whose platform throws leaves the others to be built" = {
    expr =
      attrNames
        (nixfleet.mkFleet {
          hosts = {
            bad.platform = throw "the platform";
            mac.platform = "aarch64-darwin";
          };
        }).darwinConfigurations;
    expected = [ "mac" ];
  };
  "test: the apps are there whatever is wrong with the arguments" = {
    expr = map (args: attrNames (nixfleet.mkFleet args).apps) [
      { host = { }; }
      { hosts = [ ]; }
      { defaults.modules = ./arguments.nix; }
      [ ]
    ];
    expected = map (_: nixfleet.platforms) [
      1
      2
      3
      4
    ];
  };

  "test: tags add up, and are carried with their places" = {
    expr =
      let
        inherit
          ((inventoryOf {
            defaults.tags = [ "prod" ];
            hosts.web-01 = web // {
              tags = [ "web" ];
              hostKey = "ssh-ed25519 AAAA";
            };
          }).hosts
          )
          web-01
          ;
      in
      {
        inherit (web-01) tags hostKey;
        places = map (field: web-01.positions ? ${field}) [
          "tags"
          "hostKey"
        ];
      };
    expected = {
      tags = [
        "prod"
        "web"
      ];
      hostKey = "ssh-ed25519 AAAA";
      places = [
        true
        true
      ];
    };
  };
  "test: own fields of hostSpec are named as data, for the fleet and for a host" = {
    expr =
      (inventoryOf {
        hostSpecFields = [ "rack" ];
        hosts.web-01 = web // {
          hostSpecFields = [ "room" ];
        };
      }).hosts.web-01.hostSpecFields;
    expected = [
      "rack"
      "room"
    ];
  };
}
