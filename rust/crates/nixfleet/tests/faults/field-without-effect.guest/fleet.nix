{
  hosts.macbook = {
    platform = "aarch64-darwin";
    stateVersion = 6;
    isVm = true;
    hostSpec.userName = "ops";
  };
}
