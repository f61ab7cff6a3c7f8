# The agent's unit. What touches the system runs in units of its own that PID 1 starts, so the agent's
# sandbox can be tight, and a switch that stops the agent does not stop itself.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.nixfleet-agent;
  loader = config.boot.loader;
in
{
  imports = [ ../impermanence/kept.nix ];

  config = lib.mkIf cfg.enable {
    # What was seen of releases, and the try that is under way, stay on a host whose root does not.
    nixfleet.kept = [
      {
        directory = cfg.settings.state;
        mode = "0700";
      }
    ];

    services.nixfleet-agent.settings.boot =
      if !loader.systemd-boot.enable then
        null
      else if loader.systemd-boot.xbootldrMountPoint or null != null then
        loader.systemd-boot.xbootldrMountPoint
      else
        loader.efi.efiSysMountPoint;

    systemd.services.nixfleet-agent = {
      description = "brings this host to what the fleet's signed release says";
      wantedBy = [ "multi-user.target" ];
      wants = [ "network-online.target" ];
      after = [ "network-online.target" ];

      # A switch leaves the agent alone, which is waiting for it; it starts anew by itself once the
      # new system is what boots.
      restartIfChanged = false;
      unitConfig.X-StopOnRemoval = false;
      # Trying again is what it is for.
      startLimitIntervalSec = 0;

      path = [
        config.nix.package
        config.systemd.package
        pkgs.bash
        pkgs.coreutils
        pkgs.curl
        pkgs.util-linux
      ];
      # The store is written by Nix's daemon alone, outside of this sandbox.
      environment.NIX_REMOTE = "daemon";
      # Nix looks there for what its user has of channels. Below /root, which the sandbox hides, an older
      # one ends with that.
      environment.HOME = cfg.settings.state;

      serviceConfig = import ../../../lib/sandbox.nix // {
        Type = "notify";
        # By its store path, which the guard takes over: /etc may be the new system's by then.
        ExecStart = "${lib.getExe cfg.package} --config ${
          config.environment.etc."nixfleet/agent.json".source
        } run";
        Restart = "always";
        RestartSec = 30;
        WatchdogSec = "20min";
        StateDirectory = "nixfleet";
        StateDirectoryMode = "0700";
        RuntimeDirectory = "nixfleet-agent";
        RuntimeDirectoryMode = "0755";
        RuntimeDirectoryPreserve = true;

        ReadWritePaths = lib.optional (cfg.metrics != null) "-${dirOf cfg.metrics}";
        RestrictAddressFamilies = [
          "AF_INET"
          "AF_INET6"
          "AF_NETLINK"
          "AF_UNIX"
        ];
      };
    };
  };
}
