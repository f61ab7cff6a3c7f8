{
  hosts.macbook = {
    platform = "aarch64-darwin";
    stateVersion = 6;
    hostSpec.timeZone = "US/Eastern";
  };
}
