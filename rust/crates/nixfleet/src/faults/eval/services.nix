# Warnings of services that systemd refuses (systemd.service(5), "ExecStart="): NixOS lets them pass, and the
# host goes without them.
{ config, ... }:
let
  units = config.systemd or { };
  isRefused =
    service:
    let
      settings = service.serviceConfig or { };
      commands = settings.ExecStart or null;
    in
    service.enable or true
    && builtins.isList commands
    && builtins.length commands > 1
    # A list that begins anew is of a packaged unit, which may say of what type it is.
    && !builtins.elem "" commands
    && settings.Type or "simple" != "oneshot";
  of =
    option: services:
    map (
      name:
      "${option}.${name}.serviceConfig.ExecStart has several commands, and systemd refuses such a service unless it is of `Type` oneshot"
    ) (builtins.filter (name: isRefused services.${name}) (builtins.attrNames services));
in
of "systemd.services" (units.services or { })
++ of "systemd.user.services" (units.user.services or { })
