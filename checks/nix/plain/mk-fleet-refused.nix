# What mkFleet refuses, and where it says so.
{ nixfleet }:
let
  refused = args: message: {
    expr = builtins.deepSeq (builtins.mapAttrs (_: host: host.config)
      (nixfleet.mkFleet args).nixosConfigurations
    ) null;
    expectedError.msg = message;
  };
in
{
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
    expectedError.msg = "mk-fleet-refused.nix:[0-9]+: host `web-01`: platform: is missing";
  };
  "test: a mistyped default is refused where it is" = {
    expr =
      (nixfleet.mkFleet {
        defaults.hostspec = { };
        hosts.web-01.platform = "x86_64-linux";
      }).nixosConfigurations.web-01.config;
    expectedError.msg = "mk-fleet-refused.nix:[0-9]+: the fleet: defaults.hostspec: is not an argument of mkHost: write `hostSpec`";
  };
}
