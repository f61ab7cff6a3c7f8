# The guard against another host's configuration; commands/host-name-guard runs what it makes.
{ lib, nixfleet, ... }:
let
  configOf =
    platform: module:
    (nixfleet.mkHost {
      hostName = "web-01";
      inherit platform;
      stateVersion = if nixfleet.classOf platform == "darwin" then 6 else "26.05";
      modules = [ module ];
    }).config;
  nixos = configOf "x86_64-linux";
  mac = configOf "aarch64-darwin";
in
{
  "test: a NixOS host checks its name before each switch" = {
    expr = lib.hasInfix "/etc/hostname" (nixos { }).system.preSwitchChecks.nixfleetHostName;
    expected = true;
  };

  "test: a Mac keeps its configuration's name, and checks it before each switch" = {
    expr = [
      (mac { }).environment.etc."nixfleet/host-name".text
      (lib.hasInfix "/etc/nixfleet/host-name" (mac { }).system.checks.text)
    ];
    expected = [
      "web-01"
      true
    ];
  };

  "test: a name that the host had before is let pass" = {
    expr =
      lib.hasInfix "| web-old"
        (nixos {
          nixfleet.guards.renamedFrom = [ "web-old" ];
        }).system.preSwitchChecks.nixfleetHostName;
    expected = true;
  };

  "test: a host keeps the names that it had, for a rollback to them" = {
    expr =
      map
        (
          config:
          (config { nixfleet.guards.renamedFrom = [ "web-old" ]; })
          .environment.etc."nixfleet/renamed-from".text
        )
        [
          nixos
          mac
        ];
    expected = [
      "web-old\n"
      "web-old\n"
    ];
  };

  "test: the guard can be turned off" = {
    expr = [
      ((nixos { nixfleet.guards.hostName = false; }).system.preSwitchChecks ? nixfleetHostName)
      (lib.hasInfix "nixfleet" (mac { nixfleet.guards.hostName = false; }).system.checks.text)
    ];
    expected = [
      false
      false
    ];
  };

  "test: a host that has no name of its own is not checked" = {
    expr = (nixos { networking.hostName = ""; }).system.preSwitchChecks ? nixfleetHostName;
    expected = false;
  };

  "test: a host that a module gives another name warns of it, unless the guard is off" = {
    expr =
      map
        (
          module:
          map (config: lib.length (config module).warnings) [
            nixos
            mac
          ]
        )
        [
          { }
          { networking.hostName = "wbe-01"; }
          {
            networking.hostName = "wbe-01";
            nixfleet.guards.hostName = false;
          }
        ];
    expected = [
      [
        0
        0
      ]
      [
        1
        1
      ]
      [
        0
        0
      ]
    ];
  };
}
