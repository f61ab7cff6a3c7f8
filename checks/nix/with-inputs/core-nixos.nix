# What the core module makes of a NixOS host.
{
  lib,
  nixfleet,
  inputs,
}:
let
  key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIUBNwMPd73wh4KANy6VxrQZrn1ty1xNjsXLuBhZO3k4";
  configOf =
    args:
    (nixfleet.mkHost (
      {
        hostName = "web-01";
        platform = "x86_64-linux";
        stateVersion = "26.05";
      }
      // args
    )).config;
  withSpec = hostSpec: configOf { inherit hostSpec; };
  withModule =
    module:
    configOf {
      hostSpec = {
        userName = "ops";
        sshAuthorizedKeys = [ key ];
      };
      modules = [ module ];
    };
  ops = {
    userName = "ops";
    sshAuthorizedKeys = [ key ];
  };
  # Whether the host can be built; the error else.
  builds = config: lib.hasSuffix ".drv" config.system.build.toplevel.drvPath;
  refused = config: message: {
    expr = builds config;
    expectedError.msg = message;
  };
  # NixOS itself looks at every option of a host that it builds.
  refusedIn = option: hostSpec: message: {
    expr = lib.getAttrFromPath option (withSpec (ops // hostSpec)).hostSpec;
    expectedError.msg = message;
  };
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

  "test: the primary user administers the host" = {
    expr =
      let
        user = (withSpec (ops // { home = "/srv/ops"; })).users.users.ops;
      in
      [
        user.isNormalUser
        user.home
        user.extraGroups
        user.openssh.authorizedKeys.keys
        user.useDefaultShell
      ];
    expected = [
      true
      "/srv/ops"
      [ "wheel" ]
      [ key ]
      true
    ];
  };

  # What NixOS itself defines of a normal user (nixos/modules/config/users-groups.nix), and another
  # shell for all.
  "test: the primary user's home is hostSpec's, and the shell everyone's" = {
    expr =
      let
        user =
          (configOf {
            hostSpec = ops // {
              home = "/srv/ops";
            };
            modules = [
              {
                users.users.ops = {
                  home = lib.mkDefault "/home/ops";
                  shell = lib.mkDefault "/bin/zsh";
                  useDefaultShell = lib.mkDefault true;
                };
              }
            ];
          }).users.users.ops;
      in
      [
        user.home
        user.shell
      ];
    expected = [
      "/srv/ops"
      "/bin/zsh"
    ];
  };

  "test: a module moves the primary user's home" = {
    expr = (withModule { users.users.ops.home = "/data/ops"; }).users.users.ops.home;
    expected = "/data/ops";
  };

  "test: root has the keys of the primary user" = {
    expr = (withSpec ops).users.users.root.openssh.authorizedKeys.keys;
    expected = [ key ];
  };

  "test: without a primary user there is root alone" = {
    expr =
      lib.filterAttrs (_: user: user.isNormalUser)
        (withSpec {
          sshAuthorizedKeys = [ key ];
        }).users.users;
    expected = { };
  };

  "test: password files are those of hostSpec" = {
    expr =
      let
        inherit
          ((withSpec (
            ops
            // {
              hashedPasswordFile = "/persist/ops";
              rootHashedPasswordFile = "/persist/root";
            }
          )).users
          )
          users
          ;
      in
      [
        users.ops.hashedPasswordFile
        users.root.hashedPasswordFile
      ];
    expected = [
      "/persist/ops"
      "/persist/root"
    ];
  };

  "test: sudo asks those for a password who have one" = {
    expr = map (hostSpec: (withSpec hostSpec).security.sudo.extraRules != [ ]) [
      ops
      (ops // { hashedPasswordFile = "/persist/ops"; })
    ];
    expected = [
      true
      false
    ];
  };

  "test: a password file in the store is refused" = refusedIn [ "hashedPasswordFile" ] {
    hashedPasswordFile = "${./core-nixos.nix}";
  } "hashedPasswordFile.*outside the Nix store";
  "test: a password file that is copied to the store is refused" = refusedIn [
    "rootHashedPasswordFile"
  ] { rootHashedPasswordFile = ./core-nixos.nix; } "rootHashedPasswordFile.*outside the Nix store";
  "test: a private key is refused" = refusedIn [ "sshAuthorizedKeys" ] {
    sshAuthorizedKeys = [ "-----BEGIN OPENSSH PRIVATE KEY-----" ];
  } "sshAuthorizedKeys.*SSH public key";

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

  "test: Nix has flakes, cleans up weekly and trusts root alone" = {
    expr =
      let
        inherit (withSpec ops) nix;
      in
      [
        nix.settings.experimental-features
        (builtins.elem "ops" (nix.settings.trusted-users or [ ]))
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
      false
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

  "test: without a word about the network every interface uses DHCP" = {
    expr = (withSpec ops).networking.useDHCP;
    expected = true;
  };

  "test: an interface alone is the only one to use DHCP" = {
    expr =
      let
        inherit (withSpec { networking.interface = "eth0"; }) networking;
      in
      [
        networking.useDHCP
        networking.interfaces.eth0.useDHCP
      ];
    expected = [
      false
      true
    ];
  };

  # As nixos-generate-config has written them, by its release.
  "test: hostSpec decides about DHCP where the hardware's file says otherwise" = {
    expr =
      let
        inherit
          (configOf {
            hostSpec.networking = {
              interface = "eth0";
              address = "192.168.1.10/24";
            };
            modules = [
              {
                networking.useDHCP = lib.mkDefault true;
                networking.interfaces.eth0.useDHCP = lib.mkDefault true;
              }
            ];
          })
          networking
          ;
      in
      [
        networking.useDHCP
        networking.interfaces.eth0.useDHCP
        (withModule { networking.useDHCP = lib.mkDefault false; }).networking.useDHCP
      ];
    expected = [
      false
      false
      false
    ];
  };

  "test: a static address is set with its gateway and DNS servers" = {
    expr =
      let
        inherit
          (withSpec {
            networking = {
              interface = "eth0";
              address = "192.168.1.10/24";
              gateway = "192.168.1.1";
              dns = [ "9.9.9.9" ];
            };
          })
          networking
          ;
      in
      [
        networking.interfaces.eth0.useDHCP
        networking.interfaces.eth0.ipv4.addresses
        (networking.defaultGateway.address or networking.defaultGateway)
        networking.nameservers
      ];
    expected = [
      false
      [
        {
          address = "192.168.1.10";
          prefixLength = 24;
        }
      ]
      "192.168.1.1"
      [ "9.9.9.9" ]
    ];
  };

  "test: an IPv6 address is set with its gateway" = {
    expr =
      let
        inherit
          (withSpec {
            networking = {
              interface = "eth0";
              address = "2001:db8::10/64";
              gateway = "fe80::1";
            };
          })
          networking
          ;
      in
      [
        networking.interfaces.eth0.ipv6.addresses
        (networking.defaultGateway6.address or networking.defaultGateway6)
      ];
    expected = [
      [
        {
          address = "2001:db8::10";
          prefixLength = 64;
        }
      ]
      "fe80::1"
    ];
  };

  "test: an address without an interface is refused" = refused (withSpec (
    ops // { networking.address = "192.168.1.10/24"; }
  )) "set `hostSpec.networking.interface`";
  "test: an address without a prefix length is refused" = refusedIn [ "networking" "address" ] {
    networking.address = "192.168.1.10";
  } "networking.address.*with a prefix length";
  "test: an address with a number above 255 is refused" = refusedIn [ "networking" "address" ] {
    networking.address = "192.168.1.256/24";
  } "networking.address.*with a prefix length";
  "test: a network field that nobody declared is refused" = refused (withSpec (
    ops // { networking.adress = "192.168.1.10/24"; }
  )) "option .hostSpec.networking.adress. does not exist";

  "test: a host with keys builds" = {
    expr = builds (withSpec ops);
    expected = true;
  };
  "test: a host that nobody has a key for is refused" =
    refused
      (withSpec {
        userName = "ops";
      })
      "nobody could log in to host `web-01`.*neither root nor a user of the group `wheel` has an SSH key";
  "test: a key set by a module is a key" = {
    expr = builds (configOf {
      modules = [ { users.users.root.openssh.authorizedKeys.keys = [ key ]; } ];
    });
    expected = true;
  };
  "test: a key of another administrator is a key" = {
    expr = builds (configOf {
      modules = [
        {
          users.users.alice = {
            isNormalUser = true;
            extraGroups = [ "wheel" ];
            openssh.authorizedKeys.keys = [ key ];
          };
        }
      ];
    });
    expected = true;
  };
  "test: a key of root's is none where root may not log in" = refused (configOf {
    hostSpec.sshAuthorizedKeys = [ key ];
    modules = [ { services.openssh.settings.PermitRootLogin = "no"; } ];
  }) "no user of the group `wheel` has an SSH key, and .* keeps root out";
  "test: the primary user's key is one there" = {
    expr = builds (withModule {
      services.openssh.settings.PermitRootLogin = "no";
    });
    expected = true;
  };
  "test: a server without SSH is refused" = refused (withModule {
    services.openssh.enable = false;
  }) "its SSH server is off";
  "test: a QEMU guest may be without SSH" = {
    expr = builds (configOf {
      hostSpec = ops;
      isVm = true;
      modules = [ { services.openssh.enable = false; } ];
    });
    expected = true;
  };
  "test: the lockout guard can be turned off, and NixOS's with it" = {
    expr =
      let
        config = configOf { modules = [ { nixfleet.guards.lockout = false; } ]; };
      in
      [
        (builds config)
        config.users.allowNoPasswordLogin
        (withSpec ops).users.allowNoPasswordLogin
      ];
    expected = [
      true
      true
      false
    ];
  };

  "test: a host without faults has no warning" = {
    expr = (withSpec ops).warnings;
    expected = [ ];
  };
}
