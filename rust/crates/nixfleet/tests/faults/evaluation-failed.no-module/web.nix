config: pkgs: {
  networking.domain = "example.org";
}
