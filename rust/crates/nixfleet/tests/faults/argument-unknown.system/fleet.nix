{ nixfleet }:
{
  hosts.web-01 = nixfleet.mkHost {
    hostName = "web-01";
    platform = "x86_64-linux";
  };
}
