# A host that works, by a unit that says which version of it runs.
{ address }:
{
  systemd.services.work.serviceConfig.ExecStart =
    "/bin/sleep 100000${toString (import ./version.nix)}";

  nixfleet.health.units = [ "work.service" ];
  nixfleet.vmTest.units = [ "nixfleet-agent.service" ];
  nixfleet.vmTest.commands = [
    {
      command = "getent hosts ${address}";
      stdout.contains = "10.78.0.10";
    }
    { command = "timeout 5 bash -c '</dev/tcp/${address}/7250'"; }
  ];
}
