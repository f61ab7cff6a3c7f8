{
  hosts.web-01 = {
    platform = "x86_64-linux";
    hostSpec.sshAuthorizedKeys = [
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOBPSIa8L8NpRXgujB+h2+gHgrDgNCk4RbeQRATmwAmh me@laptop"
      "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC4K30D+wLhniAJocxLwLAGc0EIwORvJ69OZom8Jmol6vD+lS77iYuuL5hTjkLeJAnQLfAjkABw9QLPgOaGQQRCmT5Ibl2Z98r+QxmoOvHmKHyk92vUI1XNxYfUo1c4prmKnP9A0IqKWiZOwnO/tYH0U2Qrpgtj7AsfeeXI+/8u6Q== old@laptop"
    ];
  };
}
