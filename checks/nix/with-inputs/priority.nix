# Who wins: the user's word in mkHost's arguments over any library's `mkDefault`, and that over the
# library's own taste.
{ lib, nixfleet, ... }:
let
  inherit (import ../core-hosts.nix { inherit lib nixfleet; }) configOf key ops;

  hostWith =
    hostSpec: module:
    configOf {
      hostSpec = ops // hostSpec;
      modules = [ module ];
    };
  macWith =
    hostSpec: module:
    (nixfleet.mkHost {
      hostName = "mac-01";
      platform = "aarch64-darwin";
      stateVersion = 6;
      hostSpec = ops // hostSpec;
      modules = [ module ];
    }).config;
  inherit (lib) mkDefault;

  # A module of the world's, with a word on everything that the library has one on.
  defaults = {
    networking = {
      hostName = mkDefault "";
      nameservers = mkDefault [ "192.0.2.1" ];
      firewall.enable = mkDefault false;
    };
    time.timeZone = mkDefault "Asia/Tokyo";
    i18n.defaultLocale = mkDefault "C.UTF-8";
    console.keyMap = mkDefault "dvorak";
    boot.loader.systemd-boot.configurationLimit = mkDefault 3;
    services.openssh.settings.PermitRootLogin = mkDefault "no";
    users.mutableUsers = mkDefault true;
    nix.gc.dates = mkDefault "daily";
    system.stateVersion = mkDefault "24.05";
    nixpkgs.hostPlatform = mkDefault "aarch64-linux";
  };
  macDefaults = {
    inherit (defaults) time;
    networking.hostName = mkDefault "";
    system.defaults.loginwindow.GuestEnabled = mkDefault true;
  };

  seen = config: [
    config.networking.hostName
    config.networking.nameservers
    config.networking.firewall.enable
    config.time.timeZone
    config.i18n.defaultLocale
    config.console.keyMap
    config.boot.loader.systemd-boot.configurationLimit
    config.services.openssh.settings.PermitRootLogin
    config.users.mutableUsers
    (lib.toList config.nix.gc.dates)
    config.system.stateVersion
    (config.nixpkgs.hostPlatform.system or config.nixpkgs.hostPlatform)
  ];
in
{
  "test: a library's defaults win over taste, and not over the host's arguments" = {
    expr = seen (hostWith { } defaults);
    expected = [
      "web-01"
      [ "192.0.2.1" ]
      false
      "Asia/Tokyo"
      "C.UTF-8"
      "dvorak"
      3
      "no"
      true
      [ "daily" ]
      "26.05"
      "x86_64-linux"
    ];
  };

  "test: what hostSpec says wins over a library's defaults" = {
    expr = seen (
      hostWith {
        timeZone = "Europe/Berlin";
        locale = "de_DE.UTF-8";
        keyboardLayout = "de";
        networking.dns = [ "9.9.9.9" ];
      } defaults
    );
    expected = [
      "web-01"
      [ "9.9.9.9" ]
      false
      "Europe/Berlin"
      "de_DE.UTF-8"
      "de"
      3
      "no"
      true
      [ "daily" ]
      "26.05"
      "x86_64-linux"
    ];
  };

  "test: so it is on a Mac" = {
    expr =
      map
        (hostSpec: [
          (macWith hostSpec macDefaults).time.timeZone
          (macWith hostSpec macDefaults).networking.hostName
          (macWith hostSpec macDefaults).system.defaults.loginwindow.GuestEnabled
        ])
        [
          { }
          { timeZone = "Europe/Berlin"; }
        ];
    expected = [
      [
        "Asia/Tokyo"
        "mac-01"
        true
      ]
      [
        "Europe/Berlin"
        "mac-01"
        true
      ]
    ];
  };

  "test: a module's definition of a hostSpec option counts as said" = {
    expr =
      (hostWith { } {
        imports = [
          defaults
          { hostSpec.timeZone = "Europe/Paris"; }
        ];
      }).time.timeZone;
    expected = "Europe/Paris";
  };

  "test: a plain definition wins over all" = {
    expr =
      (hostWith { timeZone = "Europe/Berlin"; } {
        imports = [ defaults ];
        time.timeZone = "Europe/Rome";
      }).time.timeZone;
    expected = "Europe/Rome";
  };

  "test: conditions, merges, orders and priorities hold in hostSpec" = {
    expr =
      let
        config = hostWith {
          timeZone = lib.mkMerge [
            (lib.mkIf false "Asia/Tokyo")
            (lib.mkIf true "Europe/Berlin")
          ];
          locale = lib.mkIf true (lib.mkForce "de_DE.UTF-8");
          sshAuthorizedKeys = lib.mkMerge [
            (lib.mkAfter [ "${key} last" ])
            (lib.mkBefore (lib.mkIf true [ "${key} first" ]))
            [ key ]
          ];
          networking = lib.mkIf true {
            interface = lib.mkIf true "eth0";
            dns = lib.mkMerge [
              [ "9.9.9.9" ]
              (lib.mkBefore [ "1.1.1.1" ])
            ];
          };
        } { hostSpec.networking.interface = "eth1"; };
      in
      {
        inherit (config.hostSpec) timeZone locale sshAuthorizedKeys;
        inherit (config.hostSpec.networking) interface dns;
      };
    expected = {
      timeZone = "Europe/Berlin";
      locale = "de_DE.UTF-8";
      sshAuthorizedKeys = [
        "${key} first"
        key
        "${key} last"
      ];
      interface = "eth1";
      dns = [
        "1.1.1.1"
        "9.9.9.9"
      ];
    };
  };
}
