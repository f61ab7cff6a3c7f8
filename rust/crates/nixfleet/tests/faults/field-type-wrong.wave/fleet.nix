{
  release = {
    keys = [
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOBPSIa8L8NpRXgujB+h2+gHgrDgNCk4RbeQRATmwAmh me@laptop"
    ];
    waves = [
      {
        name = "canary";
        hosts = "web-01";
      }
      { name = "rest"; }
    ];
  };
  hosts.web-01.platform = "x86_64-linux";
  hosts.web-02.platform = "x86_64-linux";
}
