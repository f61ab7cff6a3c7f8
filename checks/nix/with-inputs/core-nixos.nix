# What the core module makes of a NixOS host.
{
  lib,
  nixfleet,
  inputs,
  ...
}:
let
  inherit (import ../core-hosts.nix { inherit lib nixfleet; })
    configOf
    ops
    withModule
    withSpec
    ;
in
{
  "test: the modules of the core stand alone" = {
    expr =
      (inputs.nixpkgs.lib.nixosSystem {
        modules = [
          nixfleet.nixosModules.core
          {
            nixpkgs.hostPlatform = "x86_64-linux";
            hostSpec.hostName = "alone";
          }
        ];
      }).config.hostSpec.isDarwin;
    expected = false;
  };

  "test: a host is what hostSpec says" = {
    expr =
      let
        config = withSpec {
          timeZone = "Europe/Berlin";
          locale = "de_DE.UTF-8";
          keyboardLayout = "de";
          secretsPath = "/run/secrets";
        };
      in
      [
        config.networking.hostName
        config.time.timeZone
        config.i18n.defaultLocale
        config.console.keyMap
        config.services.xserver.xkb.layout
        config.hostSpec.secretsPath
      ];
    expected = [
      "web-01"
      "Europe/Berlin"
      "de_DE.UTF-8"
      "de"
      "de"
      "/run/secrets"
    ];
  };

  "test: hostSpec has defaults" = {
    expr = removeAttrs (withSpec { userName = "ops"; }).hostSpec [ "networking" ];
    expected = {
      hostName = "web-01";
      userName = "ops";
      home = "/home/ops";
      timeZone = "UTC";
      locale = "en_US.UTF-8";
      keyboardLayout = "us";
      sshAuthorizedKeys = [ ];
      secretsPath = null;
      hashedPasswordFile = null;
      rootHashedPasswordFile = null;
      isDarwin = false;
    };
  };

  "test: the console has the keymap that kbd calls otherwise" = {
    expr = (withSpec { keyboardLayout = "gb"; }).console.keyMap;
    expected = "uk";
  };

  # kbd knows neither, and its `et` is another language than XKB's.
  "test: the console has a keymap made from XKB's where kbd has none" = {
    expr =
      map
        (
          keyboardLayout:
          lib.hasSuffix "-xkb-console-keymap" (withSpec { inherit keyboardLayout; }).console.keyMap
        )
        [
          "in"
          "us,de"
          "et"
        ];
    expected = [
      true
      true
      true
    ];
  };

  "test: a module sets another keymap" = {
    expr =
      (configOf {
        hostSpec = ops // {
          keyboardLayout = "in";
        };
        modules = [ { console.keyMap = "dvorak"; } ];
      }).console.keyMap;
    expected = "dvorak";
  };

  "test: SSH lets keys in, and no passwords" = {
    expr =
      let
        inherit (withSpec ops) services;
      in
      [
        services.openssh.enable
        services.openssh.openFirewall
        services.openssh.settings.PermitRootLogin
        services.openssh.settings.PasswordAuthentication
        services.openssh.settings.KbdInteractiveAuthentication
      ];
    expected = [
      true
      true
      "prohibit-password"
      false
      false
    ];
  };

  "test: the firewall is on" = {
    expr = (withSpec ops).networking.firewall.enable;
    expected = true;
  };

  "test: Nix has flakes, cleans up weekly and trusts who is root without a password" = {
    expr =
      let
        inherit (withSpec ops) nix;
      in
      [
        nix.settings.experimental-features
        (map (user: builtins.elem "ops" ((withSpec user).nix.settings.trusted-users or [ ])) [
          ops
          (ops // { hashedPasswordFile = "/persist/ops"; })
        ])
        nix.gc.automatic
        # NixOS makes a list of it, by its release.
        (lib.toList nix.gc.dates)
        nix.optimise.automatic
      ];
    expected = [
      [
        "nix-command"
        "flakes"
      ]
      [
        true
        false
      ]
      true
      [ "weekly" ]
      true
    ];
  };

  "test: a host without Nix collects no garbage" = {
    expr =
      let
        inherit (withModule { nix.enable = false; }) nix;
      in
      [
        nix.gc.automatic
        nix.optimise.automatic
      ];
    expected = [
      false
      false
    ];
  };

  "test: the boot menu cannot be edited, and is not endless" = {
    expr =
      let
        inherit ((withSpec ops).boot.loader) systemd-boot;
      in
      [
        systemd-boot.enable
        systemd-boot.editor
        (systemd-boot.configurationLimit != null)
      ];
    expected = [
      true
      false
      true
    ];
  };
}
