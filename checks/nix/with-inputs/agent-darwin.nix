# The agent's module on a Mac: what launchd is given, what the agent is told, and what is refused.
{ lib, nixfleet, ... }:
let
  key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIUBNwMPd73wh4KANy6VxrQZrn1ty1xNjsXLuBhZO3k4";
  program = {
    services.nixfleet-agent.package = {
      type = "derivation";
      outPath = "/agent";
      name = "nixfleet-agent";
      meta.mainProgram = "nixfleet-agent";
    };
  };
  # A Mac of a fleet beside a server, as mkFleet makes it.
  fleet =
    release: modules:
    nixfleet.mkFleet {
      name = "home";
      inherit release;
      hosts = {
        web-01 = {
          platform = "x86_64-linux";
          stateVersion = "26.05";
          tags = [ "web" ];
        };
        macbook = {
          platform = "aarch64-darwin";
          stateVersion = 6;
          hostSpec.userName = "me";
          hostKey = key;
          tags = [ "desk" ];
          modules = [ program ] ++ modules;
        };
      };
    };
  released = {
    keys = [ key ];
    source = "https://fleet.example.org";
    waves = [
      {
        name = "desks";
        tags = [ "desk" ];
      }
      { name = "rest"; }
    ];
  };
  configOf = modules: (fleet released modules).darwinConfigurations.macbook.config;
  daemonOf = config: config.launchd.daemons.nixfleet-agent.serviceConfig;
  config = configOf [ ];
  daemon = daemonOf config;

  refusals = config: map (it: it.message) (lib.filter (it: !it.assertion) config.assertions);
  # Without the part of a store path that is another with each nixpkgs.
  named =
    text:
    lib.concatMapStrings (part: if lib.isString part then part else "") (
      builtins.split "/nix/store/[a-z0-9]{32}-" text
    );
in
{
  "test: launchd keeps it running, by its store path, with a log of its own" = {
    expr = lib.filterAttrs (name: value: name != "EnvironmentVariables" && value != null) daemon // {
      ProgramArguments = map named daemon.ProgramArguments;
    };
    expected = {
      Label = "org.nixos.nixfleet-agent";
      KeepAlive = true;
      ThrottleInterval = 30;
      StandardOutPath = "/var/log/nixfleet-agent.log";
      StandardErrorPath = "/var/log/nixfleet-agent.log";
      ProgramArguments = [
        "/bin/sh"
        "-c"
        "/bin/wait4path /nix/store && exec /agent/bin/nixfleet-agent --config nixfleet-agent.json run"
      ];
    };
  };

  "test: launchd reads of it what is said, and nothing more" = {
    expr =
      let
        text = config.environment.launchDaemons."org.nixos.nixfleet-agent.plist".text;
      in
      map (it: lib.hasInfix it (lib.replaceStrings [ "\n" "\t" ] [ "" "" ] text)) [
        "<key>KeepAlive</key><true/>"
        "<key>Label</key><string>org.nixos.nixfleet-agent</string>"
      ];
    expected = [
      true
      true
    ];
  };

  "test: it finds Nix and macOS's own programs, whoever manages Nix" = {
    expr =
      map
        (
          modules:
          let
            config = configOf modules;
            environment = (daemonOf config).EnvironmentVariables;
            path = lib.splitString ":" environment.PATH;
          in
          {
            hasNix = config.nix.enable && lib.elem "${config.nix.package}/bin" path;
            refusals = refusals config;
            others = removeAttrs environment [ "PATH" ];
            last = lib.filter (it: builtins.match "/nix/store/.*" it == null) path;
          }
        )
        [
          [ ]
          [ { nixfleet.determinateNix = true; } ]
        ];
    expected =
      map
        (hasNix: {
          inherit hasNix;
          refusals = [ ];
          others = {
            NIX_REMOTE = "daemon";
            NIX_SSL_CERT_FILE = "/etc/ssl/certs/ca-certificates.crt";
            RUNTIME_DIRECTORY = "/run/nixfleet-agent";
          };
          last = [
            "/nix/var/nix/profiles/default/bin"
            "/usr/bin"
            "/bin"
            "/usr/sbin"
            "/sbin"
          ];
        })
        [
          true
          false
        ];
  };

  "test: its log does not grow for ever, and the agent begins the next one" = {
    expr = config.environment.etc."newsyslog.d/nixfleet-agent.conf".text;
    expected = "/var/log/nixfleet-agent.log root:wheel 640 3 1024 * - /var/lib/nixfleet/pid 15\n";
  };

  # The agent looks for these words.
  "test: an activation ends after its checks where it is told to" = {
    expr = map (lib.hasInfix "if [[ \"\${checkActivation:-0}\" -eq 1 ]]; then") [
      config.system.activationScripts.checks.text
      (builtins.readFile ../../../rust/crates/agent/src/host/mac/checks.rs)
    ];
    expected = [
      true
      true
    ];
  };

  # The program reads this file in its own tests: what one writes the other reads.
  "test: the agent is told that launchd is there, and all that the fleet's release says" = {
    expr = (configOf [ { nixfleet.health.ports = [ 22 ]; } ]).services.nixfleet-agent.settings;
    expected = builtins.fromJSON (builtins.readFile ../../../rust/crates/agent/tests/agent-darwin.json);
  };

  "test: a Mac may be without it" = {
    expr = (configOf [ { services.nixfleet-agent.enable = false; } ]).launchd.daemons ? nixfleet-agent;
    expected = false;
  };

  "test: a fleet without a release gives Macs none" = {
    expr = (fleet null [ ]).darwinConfigurations.macbook.config.launchd.daemons ? nixfleet-agent;
    expected = false;
  };

  "test: a Mac has its place in the release as any host has" = {
    expr =
      let
        inherit (fleet released [ ]) nixfleet;
      in
      {
        faults = nixfleet.faults or [ ] ++ nixfleet.hosts.macbook.faults or [ ];
        inherit (nixfleet.hosts.macbook) class hostKey tags;
      };
    expected = {
      faults = [ ];
      class = "darwin";
      hostKey = key;
      tags = [ "desk" ];
    };
  };

  "test: ports, requests, commands and files hold on a Mac" = {
    expr = refusals (configOf [
      {
        nixfleet.health = {
          ports = [ 22 ];
          http = [ { url = "http://localhost/health"; } ];
          commands = [ "launchctl print system/org.nixos.nix-daemon" ];
          files = [ "/etc/nixfleet/agent.json" ];
        };
      }
    ]);
    expected = [ ];
  };

  "test: a unit of systemd's does not, and is told with what to write instead" = {
    expr =
      map
        (builtins.match ".*`macbook` is a Mac, which has no units of systemd: .*`nginx.service`.*launchctl print.*")
        (refusals (configOf [ { nixfleet.health.units = [ "nginx.service" ]; } ]));
    expected = [ [ ] ];
  };

  "test: an agent to which no release can come is refused" = {
    expr = map (lib.hasInfix "no release could ever") (
      refusals (configOf [ { services.nixfleet-agent.keys = lib.mkForce [ ]; } ])
    );
    expected = [
      true
      true
    ];
  };

  "test: a Mac of a fleet with a release evaluates in full" = {
    expr = lib.hasSuffix ".drv" config.system.build.toplevel.drvPath;
    expected = true;
  };
}
