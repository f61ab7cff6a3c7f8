{
  systemd.services.backup = {
    wantedBy = [ "multi-user.target" ];
    serviceConfig.ExecStart = [
      "/bin/first"
      "/bin/second"
    ];
  };
  # One, and two of what may be of several.
  systemd.services.one.serviceConfig.ExecStart = [ "/bin/first" ];
  systemd.services.anew.serviceConfig.ExecStart = [
    ""
    "/bin/first"
  ];
  systemd.services.both.serviceConfig = {
    Type = "oneshot";
    ExecStart = [
      "/bin/first"
      "/bin/second"
    ];
  };
}
