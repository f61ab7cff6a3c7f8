{
  hosts.web-01 = {
    platform = "x86_64-linux";
    hostSpec.hashedPasswordFile = "/nix/store/00bgd045z0d4icpbc2yyz4gx48ak44la-password";
  };
}
