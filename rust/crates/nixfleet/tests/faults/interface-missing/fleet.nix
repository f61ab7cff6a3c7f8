{
  hosts.web-01 = {
    platform = "x86_64-linux";
    hostSpec.networking.address = "192.168.1.10/24";
  };
}
