{
  hosts.web-01 = {
    platform = "x86_64-linux";
    networking.hostName = "web-01";
  };
}
