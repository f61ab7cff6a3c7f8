# What each of the library's modules sets on a host of NixOS or a Mac: every option with a word of
# ours, and that word where it wins; units, files, users and boot entries are among them. The golden
# values lie in settings/; `real/settings/update` writes them anew.
{
  inputs,
  lib,
  nixfleet,
}:
let
  fixture = import ../host.nix { inherit lib nixfleet; };
  inherit (fixture) key;
  ours = "${toString ../../..}/";

  systems = {
    core = host { };
    vm-guest = host { isVm = true; };
    server = host { modules = [ nixfleet.nixosModules.server ]; };
    agent = host {
      modules = [
        nixfleet.nixosModules.agent
        {
          services.nixfleet-agent = {
            enable = true;
            fleet = "home";
            source = [ "https://fleet.example.org" ];
            keys = [ key ];
          };
        }
      ];
    };
    control-plane = controlPlane { openFirewall = true; };
    control-plane-postgresql = controlPlane { createDatabaseLocally = true; };
    home-manager = host { homeModules = [ { } ]; };
    host-spec = host {
      hostSpec = {
        userName = "ops";
        sshAuthorizedKeys = [ key ];
        timeZone = "Europe/Berlin";
        locale = "de_DE.UTF-8";
        keyboardLayout = "de";
        hashedPasswordFile = "/persist/ops";
        rootHashedPasswordFile = "/persist/root";
      };
    };
    iso = inputs.nixpkgs.lib.nixosSystem {
      modules = [
        nixfleet.nixosModules.iso
        {
          nixpkgs.hostPlatform = "x86_64-linux";
          nixfleet.isoSshKeys = [ key ];
        }
      ];
    };
    darwin-core = nixfleet.mkHost {
      hostName = "macbook";
      platform = "aarch64-darwin";
      stateVersion = 6;
      hostSpec = {
        userName = "me";
        sshAuthorizedKeys = [ key ];
      };
    };
  }
  // lib.mapAttrs' (
    name: module:
    lib.nameValuePair "disks-${name}" (host {
      modules = [
        module
        { nixfleet.disk.device = "/dev/disk/by-id/one"; }
      ];
    })
  ) nixfleet.nixosModules.disks;

  controlPlane =
    settings:
    host {
      modules = [
        nixfleet.nixosModules.control-plane
        {
          services.nixfleet-control-plane = {
            enable = true;
            fleet = "home";
            keys = [ key ];
          }
          // settings;
        }
      ];
    };

  host = args: fixture.hostOf ({ hostSpec = fixture.ops; } // args);

  # The files of the library's modules that a system has.
  filesOf =
    system:
    let
      below = module: [ module.file ] ++ lib.concatMap below module.imports;
    in
    lib.filter (file: lib.hasPrefix ours file && lib.pathExists file) (
      lib.unique (map toString (lib.concatMap below system.graph))
    );

  # The options that a module's file has a word on. To walk over NixOS's options instead would force
  # defaults that are errors where the thing is not enabled.
  saidIn =
    system: file:
    let
      module = import file;
      arguments =
        system._module.args
        // system._module.specialArgs
        // {
          # What modules see has a part that the builders take out.
          config = system.config // {
            inherit (system) _module;
          };
          inherit (system) options;
          _class = system.class;
          inherit lib;
        };
      body =
        if lib.isFunction module then
          module (builtins.intersectAttrs (lib.functionArgs module) arguments)
        else
          module;
      said =
        options: value:
        if value._type or null == "if" then
          lib.optionals value.condition (said options value.content)
        else if value._type or null == "merge" then
          lib.concatMap (said options) value.contents
        else if value._type or null == "override" then
          said options value.content
        else if lib.isOption options then
          [ options ]
        else
          lib.concatMap (name: lib.optionals (options ? ${name}) (said options.${name} value.${name})) (
            lib.attrNames value
          );
    in
    said system.options (
      body.config or (removeAttrs body [
        "imports"
        "options"
        "_file"
        "key"
        "_class"
        "disabledModules"
        "meta"
      ])
    );

  # Assertions have tests of their own; what a host says of itself is no setting of ours.
  told = option: lib.head option.loc != "assertions";

  # What our files say of each, in JSON; where nothing is left of it, another's word is stronger.
  settingsOf =
    system:
    lib.listToAttrs (
      map (option: {
        name = lib.showOption option.loc;
        value =
          let
            said = lib.filter (
              definition: lib.hasPrefix ours (toString definition.file)
            ) option.definitionsWithLocations;
          in
          if said == [ ] then
            "<yields>"
          else
            lib.foldl' merged (plain 6 (lib.head said).value) (map (it: plain 6 it.value) (lib.tail said));
      }) (lib.filter told (lib.concatMap (saidIn system) (filesOf system)))
    );
  merged =
    a: b:
    if lib.isAttrs a && lib.isAttrs b then
      lib.recursiveUpdate a b
    else if lib.isList a && lib.isList b then
      a ++ b
    else if a == b then
      a
    else
      [
        a
        b
      ];

  # A value as JSON that does not change with each release of a package.
  plain =
    depth: value:
    if lib.isFunction value then
      "<function>"
    else if lib.isDerivation value then
      "<${lib.getName value}>"
    else if builtins.isPath value then
      scrubbed (toString value)
    else if lib.isString value then
      # A script has tests of its own.
      if lib.stringLength value > 300 then "<text>" else scrubbed value
    else if depth == 0 then
      "…"
    else if lib.isList value then
      map (plain depth) value
    else if lib.isAttrs value then
      if value ? _type && value ? content then
        plain depth value.content
      else
        lib.mapAttrs (_: plain (depth - 1)) (
          lib.filterAttrs (_: it: !(it._type or null == "if" && !it.condition)) (
            removeAttrs value [ "_module" ]
          )
        )
    else
      value;
  scrubbed =
    text:
    lib.concatMapStrings
      (part: if lib.isString part then part else "${builtins.storeDir}/${lib.head part}")
      (
        builtins.split "${builtins.storeDir}/[0-9a-z]{32}-([A-Za-z_]+(-[A-Za-z_]+)*)(-[0-9][^/ \n\"]*)?" (
          lib.replaceStrings [ ours ] [ "" ] (builtins.unsafeDiscardStringContext text)
        )
      );

  golden = name: ./settings + "/${name}.json";
in
{
  "test: every module of the library is in one of them" = {
    expr = lib.subtractLists (lib.concatMap filesOf (lib.attrValues systems)) (
      map toString (lib.collect lib.isPath { inherit (nixfleet) nixosModules darwinModules; })
    );
    expected = [ ];
  };
}
// lib.mapAttrs' (
  name: system:
  lib.nameValuePair "test: ${name} sets what its golden file says" {
    # What differs; `real/settings/update` writes what is got.
    expr =
      let
        got = settingsOf system;
        was = lib.optionalAttrs (lib.pathExists (golden name)) (lib.importJSON (golden name));
      in
      lib.filterAttrs (option: _: got.${option} or null != was.${option} or null) (got // was);
    expected = { };
    inherit name;
    settings = settingsOf system;
  }
) systems
