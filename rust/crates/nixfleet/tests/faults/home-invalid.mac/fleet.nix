{
  hosts.macbook = {
    platform = "aarch64-darwin";
    stateVersion = 6;
    hostSpec.userName = "ops";
    hostSpec.home = "/home/ops";
  };
}
