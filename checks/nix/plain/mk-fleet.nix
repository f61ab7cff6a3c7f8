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
  refused = args: message: {
    expr = builtins.deepSeq (builtins.mapAttrs (_: host: host.config)
      (nixfleet.mkFleet args).nixosConfigurations
    ) null;
    expectedError.msg = message;
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

  "test: an ISO without a key is refused with where to set one" = {
    expr =
      (nixfleet.mkFleet {
        isoSshKeys = [ ];
        hosts = { };
      }).packages.x86_64-linux.iso;
    expectedError.msg = "`isoSshKeys` is empty";
  };

  "test: a bad host does not keep the inventory from being read" = {
    expr =
      (nixfleet.mkFleet {
        hosts = {
          bad = 5;
          good.platform = "x86_64-linux";
        };
      }).nixfleet.hosts.bad.platform;
    expected = null;
  };

  "test: a mistyped argument of mkFleet is refused with the nearest one" = refused {
    host = { };
  } "the fleet: host: is not an argument of mkFleet: write `hosts`";
  "test: what is no set of arguments is refused" = {
    expr = (nixfleet.mkFleet [ ]).nixosConfigurations;
    expectedError.msg = "mkFleet takes a set, and was given a list";
  };
  "test: a host that is no set is refused" = refused {
    hosts.web-01 = 5;
  } "host `web-01`: `5` is not a host";
  "test: keys in place of a list of keys are refused" = refused {
    hosts = { };
    isoSshKeys = "ssh-ed25519 AAAA";
  } "isoSshKeys: `ssh-ed25519 AAAA` is not a list";
  "test: a host without a platform is refused where the host is" = {
    expr = (nixfleet.mkFleet { hosts.web-01 = { }; }).nixosConfigurations.web-01.config;
    expectedError.msg = "mk-fleet.nix:[0-9]+: host `web-01`: platform: is missing";
  };
  "test: a mistyped default is refused where it is" = {
    expr =
      (nixfleet.mkFleet {
        defaults.hostspec = { };
        hosts.web-01.platform = "x86_64-linux";
      }).nixosConfigurations.web-01.config;
    expectedError.msg = "mk-fleet.nix:[0-9]+: the fleet: defaults.hostspec: is not an argument of mkHost: write `hostSpec`";
  };
  "test: a release is data, and each of its fields has its place" = {
    expr =
      let
        made = nixfleet.mkFleet {
          name = "demo";
          hosts = { };
          release = {
            keys = [ "ssh-ed25519 AAAA me" ];
            waves = [
              {
                name = "canary";
                soak = "30m";
              }
              { name = "rest"; }
            ];
            controlPlane.address = "fleet.example.org:7250";
          };
        };
      in
      {
        inherit (made.nixfleet) name;
        inherit (builtins.elemAt made.nixfleet.release.waves 0) soak;
        places = builtins.filter (name: builtins.match "release.*" name != null) (
          builtins.attrNames made.nixfleet.positions
        );
      };
    expected = {
      name = "demo";
      soak = "30m";
      places = [
        "release"
        "release.controlPlane"
        "release.controlPlane.address"
        "release.keys"
        "release.waves"
        "release.waves.0.name"
        "release.waves.0.soak"
        "release.waves.1.name"
      ];
    };
  };
  "test: a release of any shape is carried, and what is no set is refused" = {
    expr = map (release: (nixfleet.mkFleet { inherit release; }).nixfleet.release) [
      5
      null
      { waves = 5; }
      { waves = [ 5 ]; }
      { controlPlane = "x"; }
    ];
    expected = [
      5
      null
      { waves = 5; }
      { waves = [ 5 ]; }
      { controlPlane = "x"; }
    ];
  };
  "test: a release that is no set is refused" = refused {
    hosts.web-01.platform = "x86_64-linux";
    release = [ ];
  } "the fleet: release: a list is not a set";
  "test: a set that toJSON takes for a text leaves the rest of the inventory" = {
    expr =
      let
        inherit
          (builtins.fromJSON (
            builtins.toJSON
              (nixfleet.mkFleet {
                hosts.web-01 = {
                  outPath = "/etc";
                  hostSpec.outPath = "/srv";
                };
                hosts.web-02.hostSpec.home.__toString = _: "/srv";
              }).nixfleet
          ))
          hosts
          ;
      in
      {
        inherit (hosts.web-01) hostSpec;
        positions = builtins.attrNames hosts.web-01.positions;
        inherit (hosts.web-02.hostSpec) home;
      };
    expected = {
      hostSpec = "/srv";
      positions = [
        ""
        "hostSpec"
        "hostSpec.outPath"
      ];
      home.__unrepresentable = "lambda";
    };
  };
}
