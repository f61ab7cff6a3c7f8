{
  hosts.web-01 = {
    platform = "x86_64-linux";
    hostSpec.networking.interfaces.enp1s0.dhcp = true;
  };
}
