# Before each switch: which packages come, go or change their version. It is Nix's own comparison, for
# nothing more is needed on the machine.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
  nix = lib.getExe' config.nix.package "nix";
  timeout = lib.getExe' pkgs.coreutils "timeout";
in
{
  # It informs, and no switch fails for it: the first of a machine has nothing to compare with.
  system.preSwitchChecks.nixfleet-packages = lib.mkIf config.nix.enable (taste ''
    if [ -e /run/current-system ] && [ -n "''${1-}" ] && ! [ "$1" -ef /run/current-system ]; then
      echo "packages that change:"
      ${timeout} 60 ${nix} --extra-experimental-features nix-command store diff-closures /run/current-system "$1" || true
    fi
  '');
}
