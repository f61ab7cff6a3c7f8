# What becomes of a host's hostSpec.
{
  inputs,
  lib,
  nixfleet,
}:
let
  inherit (import ../made.nix { inherit nixfleet; }) key mac nixos;
in
{
  "test: a module wins over hostSpec" = {
    expr =
      (nixos {
        hostSpec.timeZone = "Europe/Berlin";
        modules = [ { hostSpec.timeZone = "Asia/Tokyo"; } ];
      }).config.time.timeZone;
    expected = "Asia/Tokyo";
  };

  "test: a module replaces one field of the network and keeps the rest" = {
    expr =
      (nixos {
        hostSpec.networking = {
          interface = "eth0";
          address = "10.0.0.2/24";
        };
        modules = [ { hostSpec.networking.address = "10.0.0.3/24"; } ];
      }).config.networking.interfaces.eth0.ipv4.addresses;
    expected = [
      {
        address = "10.0.0.3";
        prefixLength = 24;
      }
    ];
  };

  "test: a priority given in hostSpec stays" = {
    expr =
      (nixos {
        hostSpec.timeZone = lib.mkForce "Europe/Berlin";
        modules = [ { hostSpec.timeZone = "Asia/Tokyo"; } ];
      }).config.time.timeZone;
    expected = "Europe/Berlin";
  };

  "test: a condition given in hostSpec stays" = {
    expr =
      map
        (
          condition: (nixos { hostSpec.timeZone = lib.mkIf condition "Europe/Berlin"; }).config.time.timeZone
        )
        [
          true
          false
        ];
    expected = [
      "Europe/Berlin"
      "UTC"
    ];
  };

  "test: no module changes the host's name or class in hostSpec" = {
    expr = {
      inherit
        ((nixos {
          modules = [
            {
              hostSpec = {
                hostName = "db-01";
                isDarwin = true;
              };
            }
          ];
        }).config.hostSpec
        )
        hostName
        isDarwin
        ;
    };
    expected = {
      hostName = "web-01";
      isDarwin = false;
    };
  };

  "test: a module's own hostSpec option is accepted in hostSpec" = {
    expr =
      (nixos {
        hostSpec.rack = 7;
        modules = [
          (
            { lib, ... }:
            {
              options.hostSpec.rack = lib.mkOption { type = lib.types.int; };
            }
          )
        ];
      }).config.hostSpec.rack;
    expected = 7;
  };

  "test: a hostSpec field that nobody declared is refused" = {
    expr = (nixos { hostSpec.timezone = "UTC"; }).config.hostSpec.timeZone;
    expectedError.msg = "option .hostSpec.timezone. does not exist";
  };

  "test: a faulty value of hostSpec is told with the file that it is in" = {
    expr = (nixos { hostSpec.timeZone = 5; }).config.time.timeZone;
    expectedError.msg = "hostSpec.timeZone. is not of type.*In `[^']*nix/made.nix'";
  };

  "test: a faulty value of a module is told with the file that it is in" = {
    expr = (nixos { modules = [ { hostSpec.timeZone = 5; } ]; }).config.time.timeZone;
    expectedError.msg = "hostSpec.timeZone. is not of type.*In `[^']*with-inputs/mk-host-spec.nix'";
  };

  "test: a faulty value of a Mac's module is told with the file that it is in" = {
    expr = (mac { modules = [ ({ ... }: { time.timeZone = 5; }) ]; }).config.time.timeZone;
    expectedError.msg = "time.timeZone. is not of type.*In `[^']*with-inputs/mk-host-spec.nix'";
  };

  "test: mkMerge and mkBefore hold in hostSpec, and around it" = {
    expr =
      let
        config =
          (nixfleet.mkHost {
            hostName = "web-01";
            platform = "x86_64-linux";
            hostSpec = lib.mkMerge [
              {
                userName = "ops";
                sshAuthorizedKeys = [ key ];
              }
              (lib.mkIf true { sshAuthorizedKeys = lib.mkBefore [ "${key} first" ]; })
              (lib.mkIf false { timeZone = "Asia/Tokyo"; })
              { networking = lib.mkIf true { dns = lib.mkForce [ "10.0.0.1" ]; }; }
            ];
            modules = [ { hostSpec.networking.dns = [ "10.0.0.2" ]; } ];
          }).config.hostSpec;
      in
      {
        inherit (config) sshAuthorizedKeys timeZone;
        inherit (config.networking) dns;
      };
    expected = {
      sshAuthorizedKeys = [
        "${key} first"
        key
      ];
      timeZone = "UTC";
      dns = [ "10.0.0.1" ];
    };
  };

  "test: the fields that hostSpec has are those that the arguments know" = {
    expr = lib.subtractLists [
      "hostName"
      "isDarwin"
    ] (lib.attrNames (nixos { }).options.hostSpec);
    expected = lib.naturalSort (import ../../../lib/host-arguments.nix).hostSpecNames;
  };
}
