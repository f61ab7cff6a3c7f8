{
  hosts.web-01 = {
    platform = "x86-linux";
  };
}
