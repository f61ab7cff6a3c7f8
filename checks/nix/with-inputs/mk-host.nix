{
  inputs,
  lib,
  nixfleet,
}:
let
  key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIUBNwMPd73wh4KANy6VxrQZrn1ty1xNjsXLuBhZO3k4";
  hostOf =
    platform: args:
    nixfleet.mkHost (
      {
        inherit platform;
        hostName = "web-01";
        stateVersion = if nixfleet.classOf platform == "darwin" then 6 else "26.05";
      }
      // args
      // {
        hostSpec = {
          userName = "ops";
          sshAuthorizedKeys = [ key ];
        }
        // args.hostSpec or { };
      }
    );
  nixos = hostOf "x86_64-linux";
  mac = hostOf "aarch64-darwin";
  rooted.fileSystems."/" = {
    device = "/dev/vda1";
    fsType = "ext4";
  };

  # Attributes that the builder has and mkHost has not, or the other way round.
  unlike = builder: host: {
    missing = builtins.attrNames (removeAttrs builder (builtins.attrNames host));
    more = builtins.attrNames (removeAttrs host (builtins.attrNames builder ++ [ "nixfleet" ]));
  };
  alike = {
    missing = [ ];
    more = [ ];
  };
in
{
  "test: a NixOS host has every attribute of nixosSystem's result" = {
    expr = unlike (inputs.nixpkgs.lib.nixosSystem {
      modules = [ { nixpkgs.hostPlatform = "x86_64-linux"; } ];
    }) (nixos { });
    expected = alike;
  };

  "test: a Mac has every attribute of darwinSystem's result" = {
    expr = unlike (inputs.darwin.lib.darwinSystem {
      modules = [ { nixpkgs.hostPlatform = "aarch64-darwin"; } ];
    }) (mac { });
    expected = alike;
  };

  "test: hosts of all four platforms evaluate in full" = {
    expr = builtins.mapAttrs (_: host: lib.hasSuffix ".drv" host.config.system.build.toplevel.drvPath) (
      lib.genAttrs nixfleet.platforms (
        platform: hostOf platform { modules = lib.optional (lib.hasSuffix "linux" platform) rooted; }
      )
    );
    expected = lib.genAttrs nixfleet.platforms (_: true);
  };

  "test: a host can be extended, as nixosSystem's result can" = {
    expr =
      ((nixos { }).extendModules { modules = [ { networking.domain = "example.org"; } ]; })
      .config.networking.domain;
    expected = "example.org";
  };

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
    expectedError.msg = "hostSpec.timeZone. is not of type.*In `[^']*with-inputs/mk-host.nix'";
  };

  "test: a faulty value of a module is told with the file that it is in" = {
    expr = (nixos { modules = [ { hostSpec.timeZone = 5; } ]; }).config.time.timeZone;
    expectedError.msg = "hostSpec.timeZone. is not of type.*In `[^']*with-inputs/mk-host.nix'";
  };

  "test: a faulty value of a Mac's module is told with the file that it is in" = {
    expr = (mac { modules = [ ({ ... }: { time.timeZone = 5; }) ]; }).config.time.timeZone;
    expectedError.msg = "time.timeZone. is not of type.*In `[^']*with-inputs/mk-host.nix'";
  };

  "test: a state version is a default" = {
    expr = (nixos { modules = [ { system.stateVersion = "25.11"; } ]; }).config.system.stateVersion;
    expected = "25.11";
  };

  "test: modules have the library and its inputs as arguments" = {
    expr =
      (nixos {
        modules = [
          (
            { inputs, nixfleet, ... }:
            {
              networking.domain = "${toString (inputs ? disko)}.${toString (nixfleet ? mkHost)}";
            }
          )
        ];
      }).config.networking.domain;
    expected = "1.1";
  };

  "test: modules of a fleet have the library's inputs as argument" = {
    expr =
      (nixfleet.mkFleet {
        hosts.web-01 = {
          platform = "x86_64-linux";
          modules = [ ({ inputs, ... }: { networking.domain = toString (inputs ? disko); }) ];
        };
      }).nixosConfigurations.web-01.config.networking.domain;
    expected = "1";
  };

  "test: the inputs given as special argument are the modules'" = {
    expr =
      (nixos {
        specialArgs.inputs.mine = "example";
        modules = [ ({ inputs, ... }: { networking.domain = inputs.mine; }) ];
      }).config.networking.domain;
    expected = "example";
  };

  "test: the library's modules come before the user's" = {
    expr =
      (nixos {
        modules = [ { environment.etc.last.text = "1"; } ];
      }).config.environment.etc
        ? last;
    expected = true;
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

  "test: packages that are made elsewhere are the host's, read-only ones too" =
    let
      # nixpkgs' own module, `nixosModules.readOnlyPkgs`, which a nixpkgs that is a part of one has not.
      readOnly = inputs.nixpkgs + "/nixos/modules/misc/nixpkgs/read-only.nix";
    in
    {
      expr =
        let
          pkgs = import inputs.nixpkgs { system = "x86_64-linux"; } // {
            mine = "mine";
          };
          packagesOf = modules: (nixos { inherit modules; }).config.nixpkgs.pkgs.mine or null;
        in
        map packagesOf (
          [ [ { nixpkgs.pkgs = pkgs; } ] ]
          ++ lib.optional (lib.pathExists readOnly) [
            readOnly
            { nixpkgs.pkgs = pkgs; }
          ]
        );
      expected = [ "mine" ] ++ lib.optional (lib.pathExists readOnly) "mine";
    };

  "test: a host is built with a nixpkgs of its own" = {
    expr =
      let
        nixpkgs = inputs.nixpkgs // {
          lib = inputs.nixpkgs.lib // {
            nixosSystem =
              args:
              inputs.nixpkgs.lib.nixosSystem (
                args // { modules = args.modules ++ [ { networking.domain = "of.its.own"; } ]; }
              );
          };
        };
      in
      (nixfleet.mkFleet {
        defaults.nixos = { inherit nixpkgs; };
        hosts.web-01.platform = "x86_64-linux";
      }).nixosConfigurations.web-01.config.networking.domain;
    expected = "of.its.own";
  };

  "test: the fields that hostSpec has are those that the arguments know" = {
    expr = lib.subtractLists [
      "hostName"
      "isDarwin"
    ] (lib.attrNames (nixos { }).options.hostSpec);
    expected = lib.naturalSort (import ../../../lib/host-arguments.nix).hostSpecNames;
  };
}
