# The agent on a Mac: a daemon of launchd. nix-darwin takes a daemon up anew whose file has changed, in the
# middle of an activation; the agent is made for that, and activates in a job of its own.
#
#   ../shared/agent.nix   what a user sets, and the file that the agent reads
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.nixfleet-agent;
  log = "/var/log/nixfleet-agent.log";
in
{
  _class = "darwin";

  imports = [
    ../shared/agent.nix
    ./health.nix
  ];

  config = lib.mkIf cfg.enable {
    services.nixfleet-agent.settings = {
      serviceManager = "launchd";
      # A Mac starts by its firmware, and then what the profile names.
      boot = null;
    };

    launchd.daemons.nixfleet-agent = {
      # By its store path, which the guard takes over: /etc may be the new system's by then.
      command = "${lib.getExe cfg.package} --config ${
        config.environment.etc."nixfleet/agent.json".source
      } run";

      path = [
        pkgs.bash
        pkgs.coreutils
        pkgs.curl
      ]
      ++ lib.optional config.nix.enable config.nix.package
      ++ [
        # Where Nix is, if nix-darwin does not manage it.
        "/nix/var/nix/profiles/default/bin"
        "/usr/bin"
        "/bin"
        "/usr/sbin"
        "/sbin"
      ];
      environment = {
        NIX_REMOTE = "daemon";
        RUNTIME_DIRECTORY = "/run/nixfleet-agent";
      }
      # launchd gives a daemon none of what a login has.
      // lib.optionalAttrs (config.environment.variables ? NIX_SSL_CERT_FILE) {
        inherit (config.environment.variables) NIX_SSL_CERT_FILE;
      };

      serviceConfig = {
        # The program looks for itself by this name, whatever `launchd.labelPrefix` is.
        Label = "org.nixos.nixfleet-agent";
        KeepAlive = true;
        # Trying again is what it is for: seconds between two starts.
        ThrottleInterval = 30;
        StandardOutPath = log;
        StandardErrorPath = log;
      };
    };

    # newsyslog.conf(5): owner, mode, how many, KiB each, at no time of its own, no flag, whom to tell, by
    # SIGTERM. launchd opens the file and not the agent, which would go on with the one that was renamed: it
    # is ended, begins where it was, and so does the file.
    environment.etc."newsyslog.d/nixfleet-agent.conf".text = ''
      ${log} root:wheel 640 3 1024 * - ${cfg.settings.state}/pid 15
    '';
  };
}
