{
  hosts.web_01 = {
    platform = "x86_64-linux";
    hostSpec.userName = "ops";
  };
}
