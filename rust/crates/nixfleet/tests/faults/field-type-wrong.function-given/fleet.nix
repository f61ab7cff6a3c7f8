let
  mkDisk = name: { networking.domain = name; };
in
{
  hosts.web-01 = {
    platform = "x86_64-linux";
    modules = [
      mkDisk
      "example.org"
    ];
  };
}
