# The audit: files that options name, and that are gone after the first boot.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;
  audit = import ../audit.nix { inherit inputs nixfleet; };
  inherit (audit) configOf keeping warning;
  told = modules: audit.namedIn (warning modules);

  # As sops-nix and agenix declare them.
  secretsModules.options = {
    sops.age.keyFile = lib.mkOption {
      type = lib.types.nullOr lib.types.str;
      default = null;
    };
    age.identityPaths = lib.mkOption {
      type = lib.types.listOf lib.types.path;
      default = [ ];
    };
  };
  unit = serviceConfig: {
    systemd.services.app = {
      script = "true";
      inherit serviceConfig;
    };
  };
in
{
  "test: a file that an option names is told, wherever the option is" = {
    expr = told [
      secretsModules
      {
        sops.age.keyFile = "/var/lib/sops-nix/key.txt";
        age.identityPaths = [ "/home/ops/.ssh/id_ed25519" ];
        networking.wireguard.interfaces.wg0.privateKeyFile = "/etc/wireguard/private";
        services.restic.backups.home = {
          repositoryFile = "/root/repository";
          passwordFile = "/etc/restic";
        };
        services.tailscale = {
          enable = true;
          authKeyFile = "/root/tailscale";
        };
        boot.initrd = {
          secrets."/etc/luks.key" = "/root/luks.key";
          network.ssh = {
            enable = true;
            hostKeys = [ "/etc/secrets/initrd/ssh_host_ed25519_key" ];
          };
        };
        nix.settings.secret-key-files = "/root/cache.key";
      }
    ];
    expected = [
      "services.restic.backups.home.passwordFile /etc/restic"
      "boot.initrd.network.ssh.hostKeys /etc/secrets/initrd/ssh_host_ed25519_key"
      "networking.wireguard.interfaces.wg0.privateKeyFile /etc/wireguard/private"
      "age.identityPaths /home/ops/.ssh/id_ed25519"
      "nix.settings.secret-key-files /root/cache.key"
      ''boot.initrd.secrets."/etc/luks.key" /root/luks.key''
      "services.restic.backups.home.repositoryFile /root/repository"
      "services.tailscale.authKeyFile /root/tailscale"
      "sops.age.keyFile /var/lib/sops-nix/key.txt"
    ];
  };

  "test: so is what a command in an option reads" = {
    expr = told [
      {
        services.borgbackup.jobs.home = {
          paths = "/persist";
          repo = "ssh://backup.example/./home";
          encryption = {
            mode = "repokey-blake2";
            passCommand = "cat /root/borg/passphrase";
          };
          environment.BORG_RSH = "ssh -i /root/borg/key -p 23";
        };
        services.restic.backups.home = {
          repository = "sftp:backup.example:/home";
          passwordFile = "/run/secrets/restic";
          extraOptions = [ "sftp.command='ssh backup.example -i /root/restic -s sftp'" ];
          backupPrepareCommand = "cat /run/secrets/other";
          backupCleanupCommand = "sed -i /etc/app.conf; concat /etc/other";
        };
      }
    ];
    expected = [
      "services.borgbackup.jobs.home.environment.BORG_RSH /root/borg/key"
      "services.borgbackup.jobs.home.encryption.passCommand /root/borg/passphrase"
      "services.restic.backups.home.extraOptions /root/restic"
    ];
  };

  "test: what it says" = {
    expr = warning [
      { services.restic.backups.home.passwordFile = "/etc/restic"; }
    ];
    expected = [
      "nixfleet.impermanence: services.restic.backups.home.passwordFile names /etc/restic, which lies on the root: after the first boot it is not there. Bring it to /persist/etc/restic, and name that, or let it stay: nixfleet.impermanence.files = [ \"/etc/restic\" ];"
    ];
  };

  "test: a file that lasts, that is made at each boot, or that nobody need bring is not" = {
    expr =
      let
        of = file: { services.restic.backups.${baseNameOf file}.passwordFile = file; };
      in
      told [
        (of "/persist/secrets/a")
        (of "/run/secrets/b")
        (of "/nix/store/00000000000000000000000000000000-c")
        (of "/etc/from-configuration/d")
        (of "/var/lib/kept/e")
        (of "/etc/file-kept/f")
        (of "/root/ignored/g")
        (of "/root/%i/h")
        { environment.etc."from-configuration/d".text = "public"; }
        (keeping [ "/var/lib/kept" ])
        {
          nixfleet.impermanence = {
            files = [ "/etc/file-kept/f" ];
            auditIgnore = [ "/root/ignored" ];
          };
        }
      ];
    expected = [ ];
  };

  "test: what a symlink of /etc leads to is told, and a file of the repository is none" = {
    expr = told [
      {
        environment.etc = {
          "app.key".source = "/var/keys/app";
          "app.conf".source = ./impermanence-named-files.nix;
        };
      }
    ];
    expected = [ ''environment.etc."app.key".source /var/keys/app'' ];
  };

  "test: a file of the repository, and one of a service that is off, is not" = {
    expr = told [
      {
        services.restic.backups.home.passwordFile = toString ./impermanence-named-files.nix;
        services.tailscale = {
          enable = false;
          authKeyFile = "/root/tailscale";
        };
      }
      { nixfleet.impermanence.auditIgnore = [ (toString ./.) ]; }
    ];
    expected = [ ];
  };

  "test: a file that a program makes is none that somebody brings" = {
    expr = told [
      {
        services.fail2ban = {
          enable = true;
          daemonSettings.Definition.dbfile = "/srv/fail2ban.sqlite3";
        };
      }
    ];
    expected = [ ];
  };

  "test: what the activation reads has to be there before directories are bound" = {
    expr = warning [
      secretsModules
      { sops.age.keyFile = "/var/lib/sops-nix/key.txt"; }
      (keeping [ "/var/lib/sops-nix" ])
    ];
    expected = [
      "nixfleet.impermanence: sops.age.keyFile names /var/lib/sops-nix/key.txt, which the activation reads before what stays is bound into the root. Name it where it lies:"
      "/persist/var/lib/sops-nix/key.txt"
    ];
  };

  "test: on the persistent root it is there" = {
    expr = warning [
      secretsModules
      { sops.age.keyFile = "/persist/sops-nix/key.txt"; }
    ];
    expected = [ ];
  };

  "test: a unit's files are told as well, unless they need not be there" = {
    expr = told [
      (unit {
        EnvironmentFile = [
          "/root/app.env"
          "-/root/optional.env"
        ];
        LoadCredential = "token:/etc/app/token";
      })
    ];
    expected = [
      "systemd.services.app.serviceConfig.LoadCredential /etc/app/token"
      "systemd.services.app.serviceConfig.EnvironmentFile /root/app.env"
    ];
  };

  "test: as an error it stops the build" = {
    expr =
      (configOf [
        {
          services.restic.backups.home.passwordFile = "/etc/restic";
          nixfleet.impermanence.audit = "error";
        }
      ]).system.build.toplevel.drvPath;
    expectedError.msg = "passwordFile names /etc/restic";
  };
}
