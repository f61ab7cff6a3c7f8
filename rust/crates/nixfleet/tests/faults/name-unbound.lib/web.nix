{
  networking.domain = mkDefault "example.org";
}
