{
  hosts.web-01.platform = "x86_64-linux";
  hosts.web-02 = {
    platform = "x86_64-linux";
    hostName = "web-01";
  };
}
