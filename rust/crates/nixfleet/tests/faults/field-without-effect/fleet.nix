{
  hosts.macbook = {
    platform = "aarch64-darwin";
    stateVersion = 6;
    hostSpec = {
      userName = "ops";
      networking = {
        interface = "en0";
        dns = [ ];
      };
    };
  };
}
