# The flake-parts module against mkFleet: the same outputs from the same arguments.
{
  inputs,
  lib,
  nixfleet,
}:
let
  library = {
    inherit inputs;
    lib = nixfleet;
  };
  key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIUBNwMPd73wh4KANy6VxrQZrn1ty1xNjsXLuBhZO3k4";
  arguments = {
    name = "home";
    isoSshKeys = [ key ];
    defaults.hostSpec = {
      userName = "ops";
      sshAuthorizedKeys = [ key ];
    };
    hosts = {
      web-01 = {
        platform = "x86_64-linux";
        stateVersion = "26.05";
        modules = [
          {
            fileSystems."/" = {
              device = "/dev/vda1";
              fsType = "ext4";
            };
          }
        ];
      };
      macbook = {
        platform = "aarch64-darwin";
        stateVersion = 6;
      };
    };
  };

  users.self = {
    outPath = toString ../.;
    inputs = { };
  };
  flakeOf =
    modules:
    inputs.flake-parts.lib.mkFlake
      {
        inputs = users // {
          nixpkgs = inputs.nixpkgs;
        };
      }
      {
        imports = [ (import ../../../modules/flake library) ] ++ modules;
        systems = nixfleet.platforms;
      };

  byFlakeParts = flakeOf [ { nixfleet = arguments; } ];
  byMkFleet = nixfleet.mkFleet arguments;

  # What an output comes to: derivations by their path, and data as it is.
  outcome = fleet: {
    inherit (fleet) nixfleet;
    nixos = builtins.mapAttrs (
      _: host: host.config.system.build.toplevel.drvPath
    ) fleet.nixosConfigurations;
    darwin = builtins.mapAttrs (_: host: host.system.drvPath) fleet.darwinConfigurations;
    isos = lib.mapAttrs (_: packages: packages.iso.drvPath) (
      lib.filterAttrs (_: packages: packages ? iso) fleet.packages
    );
    # Their programs name the file that the hosts stand in, which is this one by mkFleet alone.
    apps = lib.mapAttrs (_: builtins.attrNames) fleet.apps;
    checks = lib.mapAttrs (_: lib.mapAttrs (_: check: check.drvPath)) fleet.checks;
  };
in
{
  "test: the module and mkFleet give the same outputs" = {
    expr = builtins.mapAttrs (
      name: value: if value == (outcome byMkFleet).${name} then "same" else value
    ) (removeAttrs (outcome byFlakeParts) [ "checks" ]);
    expected = lib.genAttrs [ "nixfleet" "nixos" "darwin" "isos" "apps" ] (_: "same");
  };

  "test: the module and mkFleet give outputs of the same names" = {
    expr = removeAttrs byMkFleet (builtins.attrNames byFlakeParts);
    expected = { };
  };

  "test: hosts written in several modules are one fleet" = {
    expr =
      builtins.attrNames
        (flakeOf [
          { nixfleet.hosts.a.platform = "x86_64-linux"; }
          { nixfleet.hosts.b.platform = "x86_64-linux"; }
        ]).nixosConfigurations;
    expected = [
      "a"
      "b"
    ];
  };

  "test: a host written in two modules is refused" = {
    expr =
      (flakeOf [
        { nixfleet.hosts.a.platform = "x86_64-linux"; }
        { nixfleet.hosts.a.platform = "aarch64-linux"; }
        { nixfleet.hosts.b.platform = "aarch64-linux"; }
      ]).nixosConfigurations.a.config;
    expectedError.msg = "`nixfleet.hosts.a` is written twice";
  };

  "test: a fleet's hosts keep their positions through the module" = {
    expr = byFlakeParts.nixfleet.hosts.web-01.positions == byMkFleet.nixfleet.hosts.web-01.positions;
    expected = true;
  };

  "test: the fleet's own arguments keep their positions, in whichever module they stand" = {
    expr =
      baseNameOf
        (flakeOf [
          { nixfleet = removeAttrs arguments [ "isoSshKeys" ]; }
          { nixfleet = { inherit (arguments) isoSshKeys; }; }
        ]).nixfleet.positions.isoSshKeys.file;
    expected = "flake-module.nix";
  };

  "test: a release is put together from several modules, and stays where it is written" = {
    expr =
      let
        inherit
          (flakeOf [
            { nixfleet.release.keys = [ key ]; }
            { nixfleet.release.waves = [ { name = "all"; } ]; }
          ])
          nixfleet
          ;
      in
      {
        inherit (nixfleet) release;
        file = baseNameOf nixfleet.positions."release.waves.0.name".file;
      };
    expected = {
      release = {
        keys = [ key ];
        waves = [ { name = "all"; } ];
      };
      file = "flake-module.nix";
    };
  };

  "test: a fleet that says nothing of releases has none" = {
    expr = (flakeOf [ ]).nixfleet ? release;
    expected = false;
  };

  "test: modules of hosts have the user's inputs" = {
    expr =
      (flakeOf [
        {
          nixfleet.hosts.a = {
            platform = "x86_64-linux";
            modules = [ ({ inputs, ... }: { networking.domain = toString (inputs ? self); }) ];
          };
        }
      ]).nixosConfigurations.a.config.networking.domain;
    expected = "1";
  };

  "test: without isoSshKeys there is no ISO" = {
    expr = (flakeOf [ ]).packages.x86_64-linux ? iso;
    expected = false;
  };

  "test: a mistyped option is refused" = {
    expr = (flakeOf [ { nixfleet.host = { }; } ]).nixosConfigurations;
    expectedError.msg = "the fleet: host: is not an argument of mkFleet: write `hosts`";
  };

  "test: the tool and the installer's modules can be replaced" = {
    expr =
      let
        flake = flakeOf [
          {
            nixfleet = {
              isoSshKeys = [ key ];
              isoModules = [ { image.baseName = lib.mkOverride 40 "mine"; } ];
              package = pkgs: pkgs.hello;
            };
          }
        ];
      in
      [
        (flake.packages.x86_64-linux.iso.drvPath != byFlakeParts.packages.x86_64-linux.iso.drvPath)
        (
          flake.checks.x86_64-linux.nixfleet-validate.drvPath
          != byFlakeParts.checks.x86_64-linux.nixfleet-validate.drvPath
        )
      ];
    expected = [
      true
      true
    ];
  };

  "test: wrong arguments are told as data, like mkFleet's" = {
    expr =
      map (arguments: map (fault: fault.field) (flakeOf [ { nixfleet = arguments; } ]).nixfleet.faults)
        [
          { host.a.platform = "x86_64-linux"; }
          { hosts = [ ]; }
          { hosts = null; }
          { defaults.modules = ./flake-module.nix; }
          { isoSshKeys = key; }
          { isoModules = ./flake-module.nix; }
          { name = 5; }
          { package = "nixfleet"; }
          { hostSpecFields = "rack"; }
        ];
    expected = [
      [ "host" ]
      [ "hosts" ]
      [ "hosts" ]
      [ "defaults.modules" ]
      [ "isoSshKeys" ]
      [ "isoModules" ]
      [ "name" ]
      [ "package" ]
      [ "hostSpecFields" ]
    ];
  };
}
