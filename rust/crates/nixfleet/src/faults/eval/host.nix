# What `validate --eval` asks of a host's configuration, given what its disks are and
# what there is to warn of. For `nix eval --apply`.
disks: warnings:
host@{ config, ... }:
let
  failed = map (it: it.message) (builtins.filter (it: !it.assertion) (config.assertions or [ ]));
  impermanence = config.nixfleet.impermanence or { };
  devices = builtins.mapAttrs (_: disk: disk.device) (disks host);
in
{
  inherit failed;
  # An evaluation that fails for a service is to tell the assertions all the same.
  warnings = config.warnings or [ ] ++ (if failed == [ ] then warnings host else [ ]);
  hostSpec = builtins.attrNames (config.hostSpec or { });
  # A virtual machine has no other disks, and who has one disk alone may say so: then the names that
  # are one disk's everywhere are left.
  disks =
    if config.nixfleet.disk.warnUnstableDevice or true then
      devices
    else
      removeAttrs devices (
        builtins.filter (name: builtins.match "/dev/disk/by-id/.*" (toString devices.${name}) == null) (
          builtins.attrNames devices
        )
      );
  persistRoot = if impermanence.enable or false then impermanence.persistRoot or "/persist" else null;
  fileSystems = builtins.attrNames (config.fileSystems or { });
  # It would throw the assertions again, without their number. The system alone asks neither for the
  # disks nor for what a test is to find.
  drvPath =
    if failed == [ ] then
      builtins.deepSeq [
        devices
        (config.nixfleet.vmTest or null)
      ] config.system.build.toplevel.drvPath
    else
      null;
}
