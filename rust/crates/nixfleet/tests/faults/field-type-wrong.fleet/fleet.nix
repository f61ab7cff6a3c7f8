{
  hosts.web-01 = "x86_64-linux";
}
