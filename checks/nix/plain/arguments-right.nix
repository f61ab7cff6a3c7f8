# What right arguments come to in the inventory, and what is left where one throws.
{ nixfleet }:
let
  inherit (builtins)
    attrNames
    filter
    listToAttrs
    map
    ;
  inherit (import ../inventories.nix { inherit nixfleet; }) inventoryOf told;

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
      { defaults.modules = ./arguments-right.nix; }
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
