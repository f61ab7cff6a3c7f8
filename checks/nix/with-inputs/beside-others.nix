# A host beside modules of other libraries, each here in few words and in the shape of the real one:
# both are there, nothing conflicts, and what each of them says holds. The real ones were evaluated with
# the same hosts (docs/src/beside-others.md).
{
  inputs,
  lib,
  nixfleet,
}:
let
  inherit (import ../hosts.nix { inherit inputs nixfleet; })
    audited
    configOf
    toplevel
    withLayout
    ;
  server = nixfleet.nixosModules.server;
  builds = config: lib.hasSuffix ".drv" (toplevel config);

  # A base for servers, as srvos: mkDefault for the most, plain definitions for what it insists on, its
  # own priority for what it would rather leave to others, and refusals of its own.
  base =
    { config, ... }:
    {
      networking.hostName = lib.mkOverride 1337 "";
      networking.firewall.enable = true;
      networking.useNetworkd = lib.mkDefault true;
      time.timeZone = lib.mkDefault "UTC";
      users.mutableUsers = false;
      services.openssh.enable = true;
      services.openssh.settings.PasswordAuthentication = false;
      services.openssh.authorizedKeysFiles = lib.mkForce [ "/etc/ssh/authorized_keys.d/%u" ];
      boot.loader.systemd-boot.configurationLimit = lib.mkDefault 5;
      boot.tmp.cleanOnBoot = lib.mkDefault false;
      documentation.enable = lib.mkDefault true;
      nix.channel.enable = lib.mkDefault false;
      nix.settings.connect-timeout = lib.mkDefault 7;
      nix.settings.min-free = lib.mkDefault (512 * 1024 * 1024);
      nix.settings.fallback = true;
      nix.daemonCPUSchedPolicy = lib.mkDefault "idle";
      systemd.services.nix-daemon.serviceConfig.OOMScoreAdjust = lib.mkDefault 300;
      systemd.enableEmergencyMode = false;
      security.sudo.wheelNeedsPassword = false;
      security.sudo.execWheelOnly = true;
      assertions = [
        {
          assertion = lib.all (
            rule: lib.subtractLists [ "root" ] (rule.users or [ ]) == [ ]
          ) config.security.sudo.extraRules;
          message = "sudo is for wheel alone, and a rule names a user";
        }
      ];
      system.preSwitchChecks.update-diff = "true";
      virtualisation.vmVariant.virtualisation.graphics = lib.mkDefault false;
    };

  # What nixos-facter's report makes of the network, card by card.
  facter = {
    networking.useDHCP = lib.mkDefault true;
    networking.interfaces = lib.genAttrs [ "eth0" "eth1" ] (_: {
      useDHCP = lib.mkDefault true;
    });
    boot.loader.grub.efiSupport = lib.mkDefault true;
    hardware.enableRedistributableFirmware = lib.mkDefault true;
    nixpkgs.hostPlatform = lib.mkDefault "x86_64-linux";
  };

  # A board, as nixos-hardware has them: another boot loader, and a console of its own.
  board = {
    boot.loader.grub.enable = lib.mkDefault false;
    boot.loader.generic-extlinux-compatible.enable = lib.mkDefault true;
    boot.kernelParams = [ "console=ttyS1,115200n8" ];
    fileSystems."/" = {
      device = "/dev/disk/by-label/CARD";
      fsType = "ext4";
    };
  };

  # Secrets in the manner of sops-nix and agenix: opened by the host's own SSH keys.
  secrets =
    { config, ... }:
    {
      options.secrets.keys = lib.mkOption {
        type = lib.types.listOf lib.types.str;
        default = map (key: key.path) (
          lib.filter (key: key.type == "ed25519") config.services.openssh.hostKeys
        );
      };
      config.hostSpec.hashedPasswordFile = "/run/secrets-for-users/ops";
    };

  # A cloud's image: its disk, its boot loader, its console, and keys that come from the cloud.
  cloud = {
    boot.loader.grub.device = "/dev/vda";
    boot.loader.timeout = lib.mkDefault 0;
    boot.growPartition = true;
    boot.kernelParams = [ "console=ttyS0,115200n8" ];
    fileSystems."/" = {
      device = "/dev/disk/by-label/nixos";
      fsType = "ext4";
      autoResize = true;
    };
    networking.hostName = lib.mkDefault "";
    networking.useDHCP = lib.mkDefault true;
    services.openssh.settings.PermitRootLogin = lib.mkDefault "prohibit-password";
    systemd.enableEmergencyMode = false;
  };
in
{
  "test: a base for servers, with ours and without: its words are the stronger" = {
    expr =
      map
        (
          modules:
          let
            config = withLayout "ext4" ([ base ] ++ modules);
          in
          {
            built = builds config;
            hostName = config.networking.hostName;
            limit = config.boot.loader.systemd-boot.configurationLimit;
            timeout = config.nix.settings.connect-timeout;
            minFree = config.nix.settings.min-free;
            policy = config.nix.daemonCPUSchedPolicy;
            killed = config.systemd.services.nix-daemon.serviceConfig.OOMScoreAdjust;
            tmp = config.boot.tmp.cleanOnBoot;
            documentation = config.documentation.enable;
          }
        )
        [
          [ ]
          [ server ]
        ];
    expected = lib.replicate 2 {
      built = true;
      hostName = "db-01";
      limit = 5;
      timeout = 7;
      minFree = 536870912;
      policy = "idle";
      killed = 300;
      tmp = false;
      documentation = true;
    };
  };

  "test: an impermanent host beside it" = {
    expr = builds (audited [ base ]);
    expected = true;
  };

  "test: what hostSpec says of the network holds, for the cards of facter's report too" = {
    expr =
      let
        config =
          configOf
            {
              hostSpec = {
                userName = "ops";
                sshAuthorizedKeys = [
                  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIsXvYbQoGbRKmFzXT0jcY3r6YxHnJ3Vd9b5mGqTzC0a"
                ];
                networking = {
                  interface = "eth0";
                  address = "192.0.2.2/24";
                  gateway = "192.0.2.1";
                };
              };
            }
            [
              facter
              nixfleet.nixosModules.disks.ext4
              { nixfleet.disk.device = "/dev/disk/by-id/one"; }
            ];
      in
      {
        built = builds config;
        dhcp = lib.mapAttrs (_: card: card.useDHCP) config.networking.interfaces;
        loader = config.boot.loader.systemd-boot.enable;
      };
    expected = {
      built = true;
      dhcp = {
        eth0 = false;
        eth1 = false;
      };
      loader = true;
    };
  };

  "test: a board boots in its own way, and its console is the last" = {
    expr =
      let
        config = configOf { platform = "aarch64-linux"; } [
          board
          server
        ];
      in
      {
        built = builds config;
        loader = config.boot.loader.systemd-boot.enable;
        extlinux = config.boot.loader.generic-extlinux-compatible.enable;
        consoles = lib.filter (lib.hasPrefix "console=") config.boot.kernelParams;
      };
    expected = {
      built = true;
      loader = false;
      extlinux = true;
      consoles = [
        "console=ttyAMA0,115200"
        "console=tty0"
        "console=ttyS1,115200n8"
      ];
    };
  };

  "test: secrets are opened by the host's key, where it lasts" = {
    expr =
      let
        config = audited [ secrets ];
      in
      {
        built = builds config;
        inherit (config.secrets) keys;
        password = config.users.users.ops.hashedPasswordFile;
      };
    expected = {
      built = true;
      keys = [ "/persist/etc/ssh/ssh_host_ed25519_key" ];
      password = "/run/secrets-for-users/ops";
    };
  };

  "test: a cloud's image keeps its boot loader, console and network, and has our name and keys" = {
    expr =
      map
        (
          modules:
          let
            config = configOf { } ([ cloud ] ++ modules);
          in
          {
            built = builds config;
            inherit (config.networking) hostName useDHCP;
            inherit (config.boot.loader.grub) device;
            systemdBoot = config.boot.loader.systemd-boot.enable;
            console = lib.last (lib.filter (lib.hasPrefix "console=") config.boot.kernelParams);
            keys = lib.length config.users.users.root.openssh.authorizedKeys.keys;
          }
        )
        [
          [ ]
          [ server ]
        ];
    expected = lib.replicate 2 {
      built = true;
      hostName = "db-01";
      useDHCP = true;
      device = "/dev/vda";
      systemdBoot = false;
      console = "console=ttyS0,115200n8";
      keys = 1;
    };
  };
}
