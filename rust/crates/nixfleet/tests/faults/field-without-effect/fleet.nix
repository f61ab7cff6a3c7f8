{
  hosts.macbook = {
    platform = "aarch64-darwin";
    hostSpec = {
      userName = "ops";
      networking = {
        interface = "en0";
        dns = [ ];
      };
    };
  };
}
