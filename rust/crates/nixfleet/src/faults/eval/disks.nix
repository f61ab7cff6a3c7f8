# The disks that a host's configuration describes, by the names that it has for them. Every question
# about disks asks for them here.
{ config, ... }:
builtins.mapAttrs (_: disk: disk // { device = disk.device or null; }) (
  config.disko.devices.disk or { }
)
