# How Nix goes on where the disk is full, a cache is away, or the machine has better things to do.
{ config, lib, ... }:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
  gib = 1024 * 1024 * 1024;
in
{
  # A flake's inputs are what is evaluated; a channel beside them is another nixpkgs, that nobody updates.
  # Without flakes it may be the one.
  nix.channel.enable = taste (config.nixpkgs.flake.source == null);

  nix.settings = {
    # In bytes: below the first a build collects garbage until the second is free, and does not fill
    # the disk that the services write to. No generation is deleted.
    min-free = taste (1 * gib);
    max-free = taste (3 * gib);

    # In seconds. A cache that does not answer is left out, and what it had is built.
    connect-timeout = taste 5;
    fallback = taste true;

    # What is shown of a build that failed.
    log-lines = taste 25;
  };

  # The services go first. Not `idle` for the disk: on a busy one, a deployment would never end.
  nix.daemonCPUSchedPolicy = taste "batch";
  nix.daemonIOSchedClass = taste "best-effort";
  nix.daemonIOSchedPriority = taste 7;

  # And where memory ends, a build is what ends with it: it can be started again. A user's programs
  # have 100, a service has 0.
  systemd.services.nix-daemon.serviceConfig.OOMScoreAdjust = lib.mkIf config.nix.enable (taste 250);
}
