{
  hosts.web-01 = {
    platform = "x86_64-linux";
    hostSpec.networking.interface = "enp1s0 # the left one";
  };
}
