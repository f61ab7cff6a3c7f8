{
  hosts.web-01 = {
    platform = "x86_64-linux";
    hostSpec.sshAuthorizedKeys = [
      "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIOBPSIa8L8NpRXgujB+h2+gHgrDgNCk4RbeQRATmwAmh me@laptop"
    ];
  };
}
