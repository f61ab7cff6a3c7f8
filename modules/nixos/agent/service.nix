# The agent's unit. What touches the system runs in units of its own that PID 1 starts, so the agent's
# sandbox can be tight, and a switch that stops the agent does not stop itself.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (import ../../../lib/release-trust.nix { inherit lib; }) enoughKeys;

  cfg = config.services.nixfleet-agent;
  state = "/var/lib/nixfleet";
  loader = config.boot.loader;
  # By which a control plane knows this host.
  ed25519 = lib.filter (key: key.type == "ed25519") config.services.openssh.hostKeys;

  settings = {
    hostName = config.hostSpec.hostName or config.networking.hostName;
    inherit (cfg)
      dryRun
      fleet
      floor
      health
      keys
      metrics
      poll
      probation
      reboot
      settle
      source
      switchWithin
      threshold
      window
      ;
    controlPlane =
      if cfg.controlPlane.address == null then
        null
      else
        {
          inherit (cfg.controlPlane) address key;
          hostKey = if ed25519 == [ ] then "/etc/ssh/ssh_host_ed25519_key" else (lib.head ed25519).path;
        };
    hostKeyFiles = map (key: "${key.path}.pub") config.services.openssh.hostKeys;
    inherit state;
    profile = "/nix/var/nix/profiles/system";
    boot =
      if !loader.systemd-boot.enable then
        null
      else if loader.systemd-boot.xbootldrMountPoint or null != null then
        loader.systemd-boot.xbootldrMountPoint
      else
        loader.efi.efiSysMountPoint;
  };

  file = pkgs.writeText "nixfleet-agent.json" (builtins.toJSON settings);
in
{
  imports = [ ../impermanence/kept.nix ];

  options.services.nixfleet-agent.settings = lib.mkOption {
    type = lib.types.attrs;
    default = settings;
    readOnly = true;
    internal = true;
    description = "What the agent reads, from the other options.";
    example = { };
  };

  config = lib.mkIf cfg.enable {
    # What was seen of releases, and the try that is under way, stay on a host whose root does not.
    nixfleet.kept = [
      {
        directory = state;
        mode = "0700";
      }
    ];

    assertions = [
      {
        assertion = cfg.keys != [ ];
        message = ''
          no release could ever come to this host: `services.nixfleet-agent.keys` is empty.
            Write who may make a release: services.nixfleet-agent.keys = [ "ssh-ed25519 AAAA… you@laptop" ];'';
      }
      (enoughKeys "services.nixfleet-agent" cfg)
      {
        assertion = cfg.controlPlane.address == null || cfg.controlPlane.key != null;
        message = ''
          any machine at its address could pass for the control plane: `services.nixfleet-agent.controlPlane.key` is not set.
            Write the line of /etc/ssh/ssh_host_ed25519_key.pub there: services.nixfleet-agent.controlPlane.key = "ssh-ed25519 AAAA… root@fleet";'';
      }
    ];

    environment.systemPackages = [ cfg.package ];
    environment.etc."nixfleet/agent.json".source = file;

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
