{
  hosts.web-01 = {
    platform = "x86_64-linux";
    hostSpec.networking = {
      interface = "enp1s0";
      address = "192.168.1.10/24";
      gateway = "192.168.2.1";
    };
  };
}
