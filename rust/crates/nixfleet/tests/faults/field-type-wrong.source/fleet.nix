{
  release = {
    keys = [
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOBPSIa8L8NpRXgujB+h2+gHgrDgNCk4RbeQRATmwAmh me@laptop"
    ];
    source = [
      "https://fleet.example.org"
      "mirror.example.org"
    ];
  };
  hosts.web-01.platform = "x86_64-linux";
}
