# The control plane's unit: a user without rights, and no secret but the key that hosts know it by.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (import ../../../lib/release-trust.nix { inherit lib; }) enoughKeys;

  cfg = config.services.nixfleet-control-plane;
  name = "nixfleet-control-plane";
  state = "/var/lib/nixfleet-cp";
  credentials = "/run/credentials/${name}.service";
  ports = map (address: lib.toInt (lib.last (lib.splitString ":" address))) cfg.listen;

  isLocal = lib.hasInfix ":///" cfg.database && config.services.postgresql.enable;
  isServer = !lib.hasPrefix "/" cfg.database;

  settings = {
    inherit (cfg)
      database
      fleet
      keys
      listen
      page
      threshold
      ;
    socket = "/run/${name}/socket";
    hostKey = "${credentials}/host-key";
  }
  // lib.optionalAttrs (cfg.databasePasswordFile != null) {
    databasePassword = "${credentials}/database-password";
  };

  file = pkgs.writeText "${name}.json" (builtins.toJSON settings);
in
{
  imports = [ ../impermanence/kept.nix ];

  options.services.nixfleet-control-plane.settings = lib.mkOption {
    type = lib.types.attrs;
    default = settings;
    readOnly = true;
    internal = true;
    description = "What the program reads, from the other options.";
    example = { };
  };

  config = lib.mkIf cfg.enable {
    nixfleet.kept = [
      {
        directory = state;
        user = name;
        group = name;
        mode = "0700";
      }
    ];

    assertions = [
      {
        assertion = cfg.keys != [ ];
        message = ''
          no release could ever be taken: `services.nixfleet-control-plane.keys` is empty.
            Write who may make a release: services.nixfleet-control-plane.keys = [ "ssh-ed25519 AAAA… you@laptop" ];'';
      }
      (enoughKeys "services.${name}" cfg)
      {
        assertion = cfg.listen != [ ];
        message = ''
          no host could ever ask: `services.nixfleet-control-plane.listen` is empty.
            Write where hosts ask: services.nixfleet-control-plane.listen = [ "[::]:7250" ];'';
      }
      {
        assertion = !lib.hasPrefix "/nix/store/" cfg.hostKey;
        message = ''
          the key that hosts know the control plane by would be readable by everybody: `services.nixfleet-control-plane.hostKey` is in the Nix store.
            Write it as text, the path that the file has on the machine: "/etc/ssh/ssh_host_ed25519_key"'';
      }
      {
        # A password with a user before the host, or among what follows the name.
        assertion =
          builtins.match "[a-z]+://([^/?@]*:[^/?@]+@.*|[^?]*[?](.*&)?password=.*)" cfg.database == null;
        message = ''
          the database's password would be readable by everybody: it stands in `services.nixfleet-control-plane.database`.
            Take it out there, and write the path of a file that has it: services.nixfleet-control-plane.databasePasswordFile = "/run/secrets/control-plane-database";'';
      }
      {
        assertion =
          cfg.databasePasswordFile == null || !lib.hasPrefix "/nix/store/" cfg.databasePasswordFile;
        message = ''
          the database's password would be readable by everybody: `services.nixfleet-control-plane.databasePasswordFile` is in the Nix store.
            Write it as text, the path that the file has on the machine: "/run/secrets/control-plane-database"'';
      }
      {
        assertion = isServer || (!cfg.createDatabaseLocally && cfg.databasePasswordFile == null);
        message = ''
          `services.nixfleet-control-plane.database` is the file `${cfg.database}`, and ${
            if cfg.createDatabaseLocally then "`createDatabaseLocally`" else "`databasePasswordFile`"
          } is for a PostgreSQL.
            Take one of the two out.'';
      }
    ];

    services.postgresql = lib.mkIf cfg.createDatabaseLocally {
      enable = true;
      ensureDatabases = [ name ];
      ensureUsers = [
        {
          inherit name;
          ensureDBOwnership = true;
        }
      ];
    };

    networking.firewall.allowedTCPPorts = lib.mkIf cfg.openFirewall ports;

    # Fixed, so that its files are the same user's after each boot.
    users.users.${name} = {
      isSystemUser = true;
      group = name;
      description = "nixfleet's control plane";
    };
    users.groups.${name} = { };

    environment.systemPackages = [ cfg.package ];
    environment.etc."nixfleet/control-plane.json".source = file;

    systemd.services.${name} = {
      description = "says which hosts of the fleet may go when";
      wantedBy = [ "multi-user.target" ];
      # It outlives a database that is restarted, so it wants it and needs no more.
      wants = [ "network-online.target" ] ++ lib.optional isLocal "postgresql.target";
      # Where the host's own key is made at the first start.
      after = [
        "network-online.target"
        "sshd-keygen.service"
      ]
      ++ lib.optional isLocal "postgresql.target";
      startLimitIntervalSec = 0;

      serviceConfig = import ../../../lib/sandbox.nix // {
        Type = "notify";
        ExecStart = "${lib.getExe cfg.package} --config ${file} run";
        Restart = "always";
        RestartSec = 5;
        WatchdogSec = "2min";
        # Hosts that wait are told to come again.
        TimeoutStopSec = "30s";
        User = name;
        Group = name;
        StateDirectory = "nixfleet-cp";
        StateDirectoryMode = "0700";
        RuntimeDirectory = name;
        # Who may give commands is by the socket's own group; to reach it is no secret.
        RuntimeDirectoryMode = "0755";
        LoadCredential = [
          "host-key:${cfg.hostKey}"
        ]
        ++ lib.optional (cfg.databasePasswordFile != null) "database-password:${cfg.databasePasswordFile}";
        # A host that waits holds a connection.
        LimitNOFILE = 131072;

        DevicePolicy = "closed";
        PrivateMounts = true;
        ProcSubset = "pid";
        ProtectProc = "invisible";
        ReadWritePaths = lib.optional (!isServer && !lib.hasPrefix "${state}/" cfg.database) (
          dirOf cfg.database
        );
        RemoveIPC = true;
        RestrictAddressFamilies = [
          "AF_INET"
          "AF_INET6"
          "AF_UNIX"
        ];
        SystemCallFilter = [
          "@system-service"
          "~@privileged @resources"
        ];
      };
    };
  };
}
