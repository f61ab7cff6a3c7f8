{
  hosts.web-01 = {
    platform = "x86_64-linux";
    hostSpec.sshAuthorizedKeys = [
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAID/EUilNo1D2GOdK3kUgxwELDSo35yk+45aN+jHngvc7 ops@office"
    ];
  };
}
