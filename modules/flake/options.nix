# mkFleet's arguments as options of flake-parts.
{ lib, ... }:
let
  inherit (lib) mkOption types;

  # Sets that are merged by their first names and otherwise left as they were written: a set that
  # the module system put together would have lost the positions that the tool reports.
  written =
    description:
    lib.mkOptionType {
      name = "written";
      inherit description;
      descriptionClass = "noun";
      check = builtins.isAttrs;
      emptyValue.value = { };
      merge =
        loc: defs:
        let
          add =
            all: def:
            let
              twice = builtins.attrNames (builtins.intersectAttrs all.value def.value);
            in
            if twice == [ ] then
              {
                value = all.value // def.value;
                files = all.files // builtins.mapAttrs (_: _: def.file) def.value;
              }
            else
              let
                name = builtins.head twice;
              in
              throw "`${
                lib.showOption (loc ++ [ name ])
              }` is written twice, in ${all.files.${name}} and in ${def.file}: write it in one place";
        in
        (builtins.foldl' add {
          value = { };
          files = { };
        } defs).value;
    };
in
{
  # One option of a submodule, whose definitions are the sets as they were written: positions are
  # read from them.
  options.nixfleet = mkOption {
    type = types.submodule {
      options = {
        hosts = mkOption {
          type = written "hosts, each with mkHost's arguments";
          default = { };
          description = "The fleet's hosts by name, each with mkHost's arguments; `hostName` is the name.";
          example = lib.literalExpression ''
            {
              web-01 = {
                platform = "x86_64-linux";
                stateVersion = "26.05";
                modules = [ ./web-01 ];
              };
            }
          '';
        };

        defaults = mkOption {
          type = written "mkHost's arguments";
          default = { };
          description = ''
            mkHost's arguments for every host, and under `nixos` and `darwin` for those of one class. A
            host's value replaces the default; `hostSpec`, `hostSpec.networking` and `specialArgs` merge
            by field, `modules` and `homeModules` add up.
          '';
          example = lib.literalExpression ''
            {
              hostSpec.userName = "ops";
              nixos.stateVersion = "26.05";
            }
          '';
        };

        name = mkOption {
          type = types.str;
          default = "nixfleet";
          description = "What the fleet is called: `packages.<system>.iso` is `<name>-installer.iso`.";
          example = "home";
        };

        isoSshKeys = mkOption {
          type = types.nullOr (types.listOf types.raw);
          default = null;
          description = "Who may log in to the installer, `packages.<system>.iso`. With `null` there is no ISO.";
          example = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9y me@laptop" ];
        };

        isoModules = mkOption {
          type = types.listOf types.raw;
          default = [ ];
          description = "More modules for the installer.";
          example = lib.literalExpression "[ ./installer.nix ]";
        };

        package = mkOption {
          type = types.nullOr (types.functionTo types.package);
          default = null;
          defaultText = lib.literalExpression "nixfleet.lib.package";
          description = "A function from a package set to the `nixfleet` tool, which the apps and the check `nixfleet-validate` run.";
          example = lib.literalExpression "pkgs: pkgs.callPackage ./nixfleet.nix { }";
        };
      };
    };
    default = { };
    description = "The fleet: mkFleet's arguments.";
    example = {
      isoSshKeys = [ "ssh-ed25519 AAAA… me@laptop" ];
      hosts.web-01.platform = "x86_64-linux";
    };
  };
}
