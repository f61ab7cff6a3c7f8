{ lib, ... }:
{
  imports = [
    lib.mkIf
    true
    { networking.domain = "example.org"; }
  ];
}
