# Roots that were set aside are deleted when their time is over, by a timer: the initrd goes by a clock
# that nothing has set yet, and a server may not boot for months.
{
  config,
  lib,
  options,
  pkgs,
  ...
}:
let
  cfg = config.nixfleet.impermanence;
  inherit (import ./btrfs-root.nix { inherit lib; } config) settings;

  # Whether anything sets the clock; without, there is nothing to wait for.
  isOn = name: (options.services.${name}.enable.isDefined or false) && config.services.${name}.enable;
  setsClock = lib.any isOn [
    "timesyncd"
    "chrony"
    "ntp"
    "ntpd-rs"
    "openntpd"
  ];
in
{
  config = lib.mkIf (cfg.enable && cfg.rootKind == "btrfs") {
    systemd.services.nixfleet-old-roots = {
      description = "Delete roots that were set aside long ago";
      path = [
        pkgs.btrfs-progs
        pkgs.util-linux
      ];
      serviceConfig.Type = "oneshot";
      script = ''
        waits=${lib.boolToString setsClock}
        ${settings}
        ${builtins.readFile ./prune.sh}
      '';
    };
    systemd.timers.nixfleet-old-roots = {
      description = "Delete roots that were set aside long ago, daily";
      wantedBy = [ "timers.target" ];
      timerConfig = {
        OnBootSec = "15min";
        OnUnitActiveSec = "1d";
      };
    };
  };
}
