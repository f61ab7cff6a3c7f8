# What can be asserted of a host: lists, so that what is reported has the order of what was written.
# Every type is closed, so that a misspelt name is an error.
{ lib }:
let
  inherit (lib) mkOption types;
  types' = import ./types.nix { inherit lib; };

  assertions =
    type: example: description:
    mkOption {
      type = types.listOf type;
      default = [ ];
      inherit description example;
    };
in
{
  units = assertions types'.unit [
    "nginx.service"
    {
      unit = "backup.timer";
      within = 60;
    }
  ] "Units that must be in a state: `active`, if none is given.";

  ports = assertions types'.port [
    22
    {
      port = 5432;
      from = "guest";
    }
  ] "TCP ports that must accept a connection.";

  http = assertions types'.http [
    {
      url = "http://localhost/health";
      status = 200;
      body.contains = "ok";
    }
  ] "Requests, made on the host, that must be answered.";

  commands = assertions types'.command [
    {
      command = "id ops";
      stdout.contains = "wheel";
    }
  ] "Commands that the host's shell runs, and how they must end.";

  files = assertions types'.file [
    {
      path = "/etc/secret";
      mode = "0600";
      owner = "root";
    }
  ] "Files and directories that must exist, with the mode and owner that are given.";
}
