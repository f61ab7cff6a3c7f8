# What mkHost tells without any input: the host as data, and the faults of its arguments.
{ nixfleet }:
let
  web = {
    hostName = "web-01";
    platform = "x86_64-linux";
    stateVersion = "26.05";
    isVm = true;
    hostSpec = {
      userName = "ops";
      networking.address = "10.0.0.2/24";
    };
    modules = [ (throw "a module was forced") ];
  };
  mac = {
    hostName = "mac";
    platform = "aarch64-darwin";
    stateVersion = 6;
  };
  dataOf = args: (nixfleet.mkHost args).nixfleet;
  refused = args: message: {
    expr = (nixfleet.mkHost args).config;
    expectedError.msg = message;
  };
  accepted = args: {
    # Past the faults the builder is asked for, which is an input.
    expr = (nixfleet.mkHost args).config;
    expectedError.msg = "the input `(nixpkgs|darwin)` was forced";
  };
in
{
  "test: a host's data is read without any input" = {
    expr = removeAttrs (dataOf web) [ "positions" ];
    expected = {
      apiVersion = 1;
      hostName = "web-01";
      platform = "x86_64-linux";
      class = "nixos";
      stateVersion = "26.05";
      isVm = true;
      tags = [ ];
      hostKey = null;
      modules = 1;
      hostSpec = {
        userName = "ops";
        networking.address = "10.0.0.2/24";
      };
    };
  };

  "test: a host's data says where each field is written" = {
    expr = builtins.mapAttrs (_: position: baseNameOf position.file) (dataOf web).positions;
    expected = builtins.listToAttrs (
      map
        (name: {
          inherit name;
          value = "mk-host.nix";
        })
        [
          ""
          "hostName"
          "hostSpec"
          "hostSpec.networking"
          "hostSpec.networking.address"
          "hostSpec.userName"
          "isVm"
          "modules"
          "platform"
          "stateVersion"
        ]
    );
  };

  "test: a position is the line of its field" = {
    expr = (dataOf web).positions."hostSpec.userName".line;
    expected = (builtins.unsafeGetAttrPos "userName" web.hostSpec).line;
  };

  "test: so it is of an interface's, at any depth" = {
    expr =
      let
        networking.interfaces."eth0.10".ipv4.addresses = [ "192.0.2.2/24" ];
        positions = (dataOf (web // { hostSpec = { inherit networking; }; })).positions;
      in
      positions."hostSpec.networking.interfaces.eth0.10.ipv4.addresses".column or null;
    expected = 9;
  };

  "test: the names of a result are read without any input" = {
    expr = map (name: (nixfleet.mkHost web) ? ${name}) [
      "config"
      "options"
      "pkgs"
      "extendModules"
      "nixfleet"
    ];
    expected = [
      true
      true
      true
      true
      true
    ];
  };

  "test: what JSON cannot carry is named in a host's data" = {
    expr =
      (dataOf (
        web
        // {
          hostSpec = {
            function = x: x;
            path = ./mk-host.nix;
            derivation = derivation {
              name = "x";
              system = "x86_64-linux";
              builder = "/bin/sh";
            };
            list = [
              1
              1.5
              null
              (x: x)
            ];
          };
        }
      )).hostSpec;
    expected = {
      function.__unrepresentable = "lambda";
      path = toString ./mk-host.nix;
      derivation.__unrepresentable = "derivation";
      list = [
        1
        1.5
        null
        { __unrepresentable = "lambda"; }
      ];
    };
  };

  "test: a package set in a host's data is named, not walked" = {
    expr =
      (dataOf (
        web
        // {
          hostSpec.pkgs = {
            _type = "pkgs";
            hello = throw "walked";
          };
        }
      )).hostSpec.pkgs;
    expected.__unrepresentable = "pkgs";
  };

  "test: bad values are carried in a host's data" = {
    expr = removeAttrs (dataOf {
      hostName = 5;
      platform = [ ];
      hostSpec = "ops";
      colour = "red";
    }) [ "positions" ];
    expected = {
      apiVersion = 1;
      hostName = 5;
      platform = [ ];
      class = null;
      stateVersion = null;
      isVm = false;
      tags = [ ];
      hostKey = null;
      modules = 0;
      hostSpec = "ops";
      faults = [
        {
          field = "colour";
          code = "argument-unknown";
          message = "is not an argument of mkHost";
          help = "what is no argument of mkHost belongs in a module, in `modules = [ … ]`";
        }
      ];
    };
  };

  "test: a value's priority is not part of a host's data" = {
    expr =
      (dataOf (
        web
        // {
          hostSpec.timeZone = {
            _type = "override";
            priority = 50;
            content = "UTC";
          };
        }
      )).hostSpec.timeZone;
    expected = "UTC";
  };

  "test: a host without faults is built" = accepted web;
  "test: a Mac without faults is built" = accepted mac;

  "test: a host without a name or platform is refused" =
    refused { }
      "2 faults.*hostName: is missing.*platform: is missing";
  "test: what is no set of arguments is refused" = {
    expr = (nixfleet.mkHost "web-01").config;
    expectedError.msg = "`web-01` is not a host: write `mkHost";
  };
  "test: a mistyped platform is refused with the nearest one" = refused (
    web // { platform = "x86-linux"; }
  ) "platform: `x86-linux` is not a platform.*write `x86_64-linux`";
  "test: a platform that is no string is refused" = refused (
    web // { platform = 5; }
  ) "`5` is not a platform";
  "test: a mistyped argument is refused with the nearest one" = refused (
    web // { stateversion = "26.05"; }
  ) "stateversion: is not an argument of mkHost: write `stateVersion`";
  "test: an argument that is like none is refused without a proposal" = refused (
    web // { colour = "red"; }
  ) "colour: is not an argument of mkHost: what is no argument of mkHost belongs in a module";
  "test: a host name with a dot is refused" =
    refused (web // { hostName = "web.example.org"; })
      "`web.example.org` is not a host name, but one with its domain: write `web`, .*`networking.domain = \"example.org\";`";
  "test: a host name that begins with a hyphen is refused" = refused (
    web // { hostName = "-web"; }
  ) "`-web` is not a host name";
  "test: a host name of 64 letters is refused" = refused (
    web // { hostName = builtins.concatStringsSep "" (builtins.genList (_: "a") 64); }
  ) "is not a host name";
  "test: a host name of 63 letters is accepted" = accepted (
    web // { hostName = builtins.concatStringsSep "" (builtins.genList (_: "a") 63); }
  );
  "test: an integer as state version of a NixOS host is refused" = refused (
    web // { stateVersion = 26; }
  ) "stateVersion: `26` is not a NixOS release";
  "test: a string as state version of a Mac is refused" = refused (
    mac // { stateVersion = "26.05"; }
  ) "stateVersion: `26.05` is not a state version of nix-darwin";
  "test: a Mac as QEMU guest is refused" = refused (
    mac // { isVm = true; }
  ) "a Mac cannot be a QEMU guest";
  "test: a module in place of a list of modules is refused" = refused (
    web // { modules = { }; }
  ) "modules: a set is not a list of modules";
  "test: a module in place of a list of Home Manager modules is refused" = refused (
    web // { homeModules = { }; }
  ) "homeModules: a set is not a list of Home Manager modules";
  "test: a list as special arguments is refused" = refused (
    web // { specialArgs = [ ]; }
  ) "specialArgs: a list is not a set";
  "test: a string as isVm is refused" = refused (
    web // { isVm = "yes"; }
  ) "isVm: `yes` is not a boolean";
  "test: a host name inside hostSpec is refused" = refused (
    web // { hostSpec.hostName = "db-01"; }
  ) "hostSpec: `hostName` and `isDarwin` follow from";
  "test: a list as hostSpec is refused" = refused (
    web // { hostSpec = [ ]; }
  ) "hostSpec: a list is not a set";
  "test: all faults are told together, each at its place" = refused (
    web
    // {
      platform = "linux";
      isVm = null;
      hostSpec = 5;
    }
  ) "3 faults.*mk-host.nix:[0-9]+: host `web-01`: hostSpec: .*isVm: .*platform: ";
}
