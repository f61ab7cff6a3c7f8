# What `validate --eval` asks of a host's configuration, given what its disks are. For `nix eval --apply`.
disks:
host@{ config, ... }:
let
  failed = map (it: it.message) (builtins.filter (it: !it.assertion) (config.assertions or [ ]));
  impermanence = config.nixfleet.impermanence or { };
  devices = builtins.mapAttrs (_: disk: disk.device) (disks host);
  services = config.systemd.services or { };
  # What a packaged unit says besides, a drop-in that begins anew may rely on.
  isRefused =
    name:
    let
      settings = services.${name}.serviceConfig or { };
      commands = settings.ExecStart or null;
    in
    builtins.isList commands
    && builtins.length commands > 1
    && !builtins.elem "" commands
    && settings.Type or "simple" != "oneshot";
  refused = if failed == [ ] then builtins.filter isRefused (builtins.attrNames services) else [ ];
in
{
  inherit failed;
  # systemd.service(5), "ExecStart=": NixOS lets it pass, and the host has no such service.
  warnings =
    config.warnings or [ ]
    ++ map (
      name:
      "systemd.services.${name}.serviceConfig.ExecStart has several commands, and systemd refuses such a service unless it is of `Type` oneshot"
    ) refused;
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
