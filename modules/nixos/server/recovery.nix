# A machine that hangs, or whose boot fails, comes back without anybody at its keyboard.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;

  # The hardware resets a machine whose systemd has not been heard of for so long, where there is such
  # hardware. Systemd tells it twice in this time.
  hung = taste "30s";
  # The same of a shutdown, whose last step can hang on a mount of the network; systemd's own is ten
  # minutes. After a kexec nothing is watched, since what was started may not know of it.
  hungShutdown = taste "2min";

  panic = 30;

  # Whoever asks for the initrd's shell, by any password or one, has somebody at the screen.
  hasShell = config.boot.initrd.systemd.emergencyAccess or false != false;

  # Nobody is there to wake it: neither a desktop's idle timer nor a key on the case may do this.
  asleep = [
    "AllowSuspend"
    "AllowHibernation"
    "AllowSuspendThenHibernate"
    "AllowHybridSleep"
  ];
in
{
  systemd = lib.mkMerge [
    {
      # Without one a failed mount ends in a shell on a console that nobody sees; the boot goes on
      # instead, and SSH with it.
      enableEmergencyMode = taste false;
    }
    # NixOS takes systemd's own names since 25.11, of sleep since 26.05. Before, it had others.
    (
      if options ? systemd.settings then
        {
          settings.Manager = {
            RuntimeWatchdogSec = hung;
            RebootWatchdogSec = hungShutdown;
          };
        }
      else
        {
          watchdog = {
            runtimeTime = hung;
            rebootTime = hungShutdown;
          };
        }
    )
    (
      if options ? systemd.sleep.settings then
        { sleep.settings.Sleep = lib.genAttrs asleep (_: taste false); }
      else
        { sleep.extraConfig = taste (lib.concatMapStrings (name: "${name}=no\n") asleep); }
    )
  ];

  # After a panic, which otherwise waits for a hand on the machine; in seconds.
  boot.kernel.sysctl."kernel.panic" = taste panic;

  # An initrd that does not find its root would wait in such a shell as well. NixOS makes a panic of it
  # (nixos/modules/system/boot/systemd/initrd.nix and stage-1-init.sh), at a time when no sysctl is set:
  # the machine starts again, and by its other system where the boot loader counts.
  boot.kernelParams = lib.mkIf (!config.systemd.enableEmergencyMode && !hasShell) (
    lib.mkBefore [
      "panic=${toString panic}"
      "boot.panic_on_fail"
    ]
  );

  # What crashed services left there is gone after a boot.
  boot.tmp.cleanOnBoot = taste true;
}
