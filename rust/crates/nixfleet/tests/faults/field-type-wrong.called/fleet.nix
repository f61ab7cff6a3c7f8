{
  hosts.web-01 = {
    platform = "x86_64-linux";
    modules = [ (./disk.nix { device = "/dev/vda"; }) ];
  };
}
