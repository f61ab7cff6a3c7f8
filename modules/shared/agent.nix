# The agent, as far as it is the same on NixOS and on a Mac; what runs it is a module of each,
# `nixos/agent.nix` and `darwin/agent.nix`.
#
#   agent/options.nix   what a user sets
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (import ../../lib/release-trust.nix { inherit lib; }) enoughKeys;

  cfg = config.services.nixfleet-agent;
  inherit (config.services.openssh) hostKeys;
  # By which a control plane knows this host.
  ed25519 = lib.filter (key: key.type == "ed25519") hostKeys;
in
{
  imports = [ ./agent/options.nix ];

  options.services.nixfleet-agent.settings = lib.mkOption {
    type = lib.types.attrs;
    default = { };
    internal = true;
    description = "What the agent reads, from the other options.";
    example = { };
  };

  config = lib.mkIf cfg.enable {
    services.nixfleet-agent.settings = {
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
      hostKeyFiles = map (key: "${key.path}.pub") hostKeys;
      state = "/var/lib/nixfleet";
      profile = "/nix/var/nix/profiles/system";
    };

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
    environment.etc."nixfleet/agent.json".source = pkgs.writeText "nixfleet-agent.json" (
      builtins.toJSON cfg.settings
    );
  };
}
