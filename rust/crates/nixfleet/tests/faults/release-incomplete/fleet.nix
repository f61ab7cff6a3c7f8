{
  release.threshold = 1;
  hosts.web-01 = {
    platform = "x86_64-linux";
    tags = [ "web" ];
  };
}
