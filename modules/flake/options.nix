# mkFleet's arguments as options of flake-parts.
{ lib, ... }:
let
  inherit (lib) mkOption types;

  # Any value is taken, for the library to judge it like mkFleet's: what the module system refuses
  # ends the evaluation, and the tool could tell nothing else. `join` merges the right ones.
  anyOf =
    description: fits: join:
    lib.mkOptionType {
      name = "argument";
      inherit description;
      descriptionClass = "noun";
      merge =
        loc: defs:
        let
          wrong = builtins.filter (def: !fits def.value) defs;
        in
        if wrong != [ ] then
          (builtins.head wrong).value
        else if builtins.length defs == 1 then
          (builtins.head defs).value
        else
          join loc defs;
    };

  # Sets are merged by their first names and otherwise left as they were written: a set that the
  # module system put together would have lost the positions that the tool reports.
  written =
    description:
    anyOf description builtins.isAttrs (
      loc: defs:
      let
        add =
          all: def:
          all
          // def.value
          // builtins.mapAttrs (name: _: throw (twice name)) (builtins.intersectAttrs all def.value);
        twice =
          name:
          let
            files = map (def: "${def.file}") (builtins.filter (def: def.value ? ${name}) defs);
          in
          "`${
            lib.showOption (loc ++ [ name ])
          }` is written twice, in ${builtins.concatStringsSep " and in " files}: write it in one place";
      in
      builtins.foldl' add { } defs
    );

  listOf =
    description: anyOf description builtins.isList (_: defs: builtins.concatMap (def: def.value) defs);
  one = description: anyOf description (_: true) lib.mergeEqualOption;
in
{
  # One option of a submodule, whose definitions are the sets as they were written: positions are
  # read from them.
  options.nixfleet = mkOption {
    type = types.submodule {
      # Names that there are not, for the library to say which was meant.
      freeformType = types.lazyAttrsOf types.raw;
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
          type = one "string";
          default = "nixfleet";
          description = "What the fleet is called: `packages.<system>.iso` is `<name>-installer.iso`.";
          example = "home";
        };

        isoSshKeys = mkOption {
          type = anyOf "null or list of SSH public keys" (value: value == null || builtins.isList value) (
            _: defs:
            let
              lists = builtins.filter (list: list != null) (map (def: def.value) defs);
            in
            if lists == [ ] then null else builtins.concatLists lists
          );
          default = null;
          description = "Who may log in to the installer, `packages.<system>.iso`. With `null` there is no ISO.";
          example = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9y me@laptop" ];
        };

        isoModules = mkOption {
          type = listOf "list of modules";
          default = [ ];
          description = "More modules for the installer.";
          example = lib.literalExpression "[ ./installer.nix ]";
        };

        hostSpecFields = mkOption {
          type = listOf "list of names";
          default = [ ];
          description = "The fields of hostSpec that modules of yours declare, so that `nixfleet validate` knows them without an evaluation.";
          example = [ "rack" ];
        };

        release = mkOption {
          type = written "who may release, and how a release reaches the hosts";
          default = { };
          description = ''
            Who may make a release, and how it reaches the hosts: `keys`, `threshold`, `caches`, `source`,
            `controlPlane`, `waves`, `budgets` and `onFailure`, as mkFleet takes them.
          '';
          example = lib.literalExpression ''
            {
              keys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9y me@laptop" ];
              waves = [
                { name = "canary"; hosts = [ "web-01" ]; soak = "30m"; }
                { name = "rest"; atMost = "25%"; }
              ];
            }
          '';
        };

        package = mkOption {
          type = one "null or function from a package set to a package";
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
