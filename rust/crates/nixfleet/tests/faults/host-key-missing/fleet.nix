{
  release = {
    keys = [
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOBPSIa8L8NpRXgujB+h2+gHgrDgNCk4RbeQRATmwAmh me@laptop"
    ];
    controlPlane = {
      address = "fleet.example.org:7250";
      key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOBPSIa8L8NpRXgujB+h2+gHgrDgNCk4RbeQRATmwAmh me@laptop";
    };
  };
  hosts.web-01 = {
    platform = "x86_64-linux";
    tags = [ "web" ];
  };
}
