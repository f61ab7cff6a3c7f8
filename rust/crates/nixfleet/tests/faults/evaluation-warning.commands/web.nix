{
  systemd.services.backup = {
    wantedBy = [ "multi-user.target" ];
    serviceConfig.ExecStart = [
      "/bin/first"
      "/bin/second"
    ];
  };
  # What systemd takes, or is never given.
  systemd.services.one.serviceConfig.ExecStart = [ "/bin/first" ];
  systemd.services.anew.serviceConfig.ExecStart = [
    ""
    "/bin/first"
  ];
  systemd.services.off = {
    enable = false;
    serviceConfig.ExecStart = [
      "/bin/first"
      "/bin/second"
    ];
  };
  systemd.services.both.serviceConfig = {
    Type = "oneshot";
    ExecStart = [
      "/bin/first"
      "/bin/second"
    ];
  };
}
