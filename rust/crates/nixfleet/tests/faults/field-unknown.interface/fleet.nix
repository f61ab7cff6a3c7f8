{
  hosts.web-01 = {
    platform = "x86_64-linux";
    hostSpec.networking.interfaces.enp1s0 = {
      ipv4.addresses = [ "203.0.113.9/32" ];
      mtu = 9000;
    };
  };
}
