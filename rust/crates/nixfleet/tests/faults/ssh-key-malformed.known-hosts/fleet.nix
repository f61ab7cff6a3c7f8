{
  hosts.web-01 = {
    platform = "x86_64-linux";
    hostSpec.sshAuthorizedKeys = [
      "192.0.2.1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOBPSIa8L8NpRXgujB+h2+gHgrDgNCk4RbeQRATmwAmh"
    ];
  };
}
