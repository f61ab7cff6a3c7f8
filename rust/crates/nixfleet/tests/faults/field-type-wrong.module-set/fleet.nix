{ nixfleet }:
{
  hosts.web-01 = {
    platform = "x86_64-linux";
    stateVersion = "26.05";
    modules = [ nixfleet.nixosModules ];
  };
}
