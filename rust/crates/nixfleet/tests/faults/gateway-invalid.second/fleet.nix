{
  hosts.web-01 = {
    platform = "x86_64-linux";
    hostSpec.networking.interfaces = {
      enp1s0 = {
        ipv4 = {
          addresses = [ "203.0.113.9/32" ];
          gateway = "172.31.1.1";
        };
        ipv6.gateway = "fe80::1";
      };
      enp2s0.ipv4.gateway = "10.0.0.1";
    };
  };
}
