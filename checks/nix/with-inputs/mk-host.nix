# What a host is beside nixosSystem's result and darwinSystem's, and what its modules are given.
{
  inputs,
  lib,
  nixfleet,
}:
let
  inherit (import ../made.nix { inherit nixfleet; }) hostOf mac nixos;

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
}
