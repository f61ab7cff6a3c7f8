{
  hosts.web-01 = {
    platform = "x86_64-linux";
    hostSpec.networking.interfaces = {
      enp1s0.ipv4.addresses = [ "192.168.1.10/24" ];
      "enp2s0.10".ipv4.addresses = [ "2001:db8::11/64" ];
    };
  };
}
