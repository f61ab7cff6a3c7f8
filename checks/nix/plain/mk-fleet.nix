# What a fleet has of its hosts: their values over the defaults, their places, its apps and its ISO.
{ nixfleet }:
let
  fleet = nixfleet.mkFleet {
    isoSshKeys = [ "ssh-ed25519 AAAA me" ];
    defaults = {
      hostSpec = {
        userName = "ops";
        timeZone = "UTC";
        networking.dns = [ "10.0.0.1" ];
      };
      nixos.stateVersion = "26.05";
      darwin = {
        stateVersion = 6;
        hostSpec.userName = "me";
      };
    };
    hosts = {
      web-01 = {
        platform = "x86_64-linux";
        hostSpec = {
          timeZone = "Europe/Berlin";
          networking.address = "10.0.0.2/24";
        };
      };
      db-01.platform = "aarch64-linux";
      macbook.platform = "aarch64-darwin";
    };
  };

  inherit (fleet.nixfleet) hosts;

  looped = nixfleet.mkFleet {
    hosts = builtins.listToAttrs (
      builtins.genList (i: {
        name = "node-${toString i}";
        value.platform = "x86_64-linux";
      }) 3
    );
  };
in
{
  "test: hosts are sorted by the class of their platform" = {
    expr = {
      nixos = builtins.attrNames fleet.nixosConfigurations;
      darwin = builtins.attrNames fleet.darwinConfigurations;
    };
    expected = {
      nixos = [
        "db-01"
        "web-01"
      ];
      darwin = [ "macbook" ];
    };
  };

  "test: a host's values lie over the defaults, field by field" = {
    expr = hosts.web-01.hostSpec;
    expected = {
      userName = "ops";
      timeZone = "Europe/Berlin";
      networking = {
        dns = [ "10.0.0.1" ];
        address = "10.0.0.2/24";
      };
    };
  };

  "test: the defaults of a class lie over those of all hosts" = {
    expr = {
      inherit (hosts.macbook) stateVersion hostSpec;
    };
    expected = {
      stateVersion = 6;
      hostSpec = {
        userName = "me";
        timeZone = "UTC";
        networking.dns = [ "10.0.0.1" ];
      };
    };
  };

  "test: a host that sets nothing has the defaults" = {
    expr = hosts.db-01.stateVersion;
    expected = "26.05";
  };

  "test: an inherited value's position is that of the default" = {
    expr = hosts.db-01.positions."hostSpec.timeZone".line < hosts.db-01.positions."".line;
    expected = true;
  };

  "test: a host's own value has its own position" = {
    expr = hosts.web-01.positions."hostSpec.timeZone".line > hosts.web-01.positions."".line;
    expected = true;
  };

  "test: hosts are named by their attribute" = {
    expr = builtins.mapAttrs (_: host: host.hostName) hosts;
    expected = {
      db-01 = "db-01";
      macbook = "macbook";
      web-01 = "web-01";
    };
  };

  "test: hosts can be made in a loop" = {
    expr = builtins.attrNames looped.nixosConfigurations;
    expected = [
      "node-0"
      "node-1"
      "node-2"
    ];
  };

  "test: a host that mapAttrs made is placed where the hosts are" = {
    expr =
      let
        mapped = nixfleet.mkFleet {
          hosts = builtins.mapAttrs (_: platform: { inherit platform; }) { a = "x86_64-linux"; };
        };
      in
      mapped.nixfleet.hosts.a.positions."" == mapped.nixfleet.positions."";
    expected = true;
  };

  "test: what a library of the store put together is placed nowhere" = {
    expr =
      let
        make = import (builtins.toFile "make.nix" ''{ make = { platform = "x86_64-linux"; }; }'');
      in
      (nixfleet.mkFleet { hosts.a = make.make; }).nixfleet.hosts.a.positions ? platform;
    expected = false;
  };

  "test: where Nix is slow at it, the positions of many hosts are told host by host" = {
    expr =
      let
        many = nixfleet.mkFleet {
          hosts = builtins.listToAttrs (
            builtins.genList (i: {
              name = "node-${toString i}";
              value.platform = "x86_64-linux";
            }) 1500
          );
        };
      in
      [
        (many.nixfleet.hosts.node-7 ? positions)
        (many.nixosConfigurations.node-7.nixfleet.positions ? platform)
      ];
    expected = [
      (builtins.compareVersions builtins.nixVersion "2.30" >= 0)
      true
    ];
  };

  "test: the inventory says where the ISO's keys are written" = {
    expr = baseNameOf fleet.nixfleet.positions.isoSshKeys.file;
    expected = "mk-fleet.nix";
  };

  "test: the whole inventory is JSON" = {
    expr = builtins.attrNames (builtins.fromJSON (builtins.toJSON fleet.nixfleet));
    expected = [
      "apiVersion"
      "hosts"
      "isoSshKeys"
      "positions"
      "root"
    ];
  };

  "test: a host's data is the same in the inventory and beside its system" = {
    expr = fleet.nixosConfigurations.web-01.nixfleet == hosts.web-01;
    expected = true;
  };

  "test: there are apps for every platform" = {
    expr = builtins.attrNames fleet.apps;
    expected = nixfleet.platforms;
  };

  "test: the ISO is there for the Linux platforms" = {
    expr = builtins.attrNames fleet.packages;
    expected = [
      "aarch64-linux"
      "x86_64-linux"
    ];
  };

  "test: a fleet without isoSshKeys has no ISO" = {
    expr = looped.packages;
    expected = { };
  };
}
