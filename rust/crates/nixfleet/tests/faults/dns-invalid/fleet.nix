{
  hosts.web-01 = {
    platform = "x86_64-linux";
    hostSpec.networking.dns = [
      "192.168.1.1"
      "dns.example.org"
    ];
  };
}
