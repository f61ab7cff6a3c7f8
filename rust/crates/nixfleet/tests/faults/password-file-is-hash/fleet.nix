{
  hosts.web-01 = {
    platform = "x86_64-linux";
    hostSpec.hashedPasswordFile = "$y$j9T$not$a-real-one";
  };
}
