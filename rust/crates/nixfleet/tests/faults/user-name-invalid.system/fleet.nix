{
  hosts.web-01 = {
    platform = "x86_64-linux";
    hostSpec.userName = "nobody";
  };
}
