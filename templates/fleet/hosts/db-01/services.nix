# What db-01 does, what of it stays, and how `nixfleet test-vm` finds out that it works.
{
  services.postgresql.enable = true;

  nixfleet.impermanence.directories = [
    {
      directory = "/var/lib/postgresql";
      user = "postgres";
      group = "postgres";
      mode = "0750";
    }
  ];

  nixfleet.vmTest = {
    units = [ "postgresql.service" ];
    commands = [
      {
        user = "postgres";
        command = "psql --tuples-only --command 'select 6 * 7'";
        stdout.contains = "42";
      }
    ];
  };
}
