{
  release = {
    keys = [
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOBPSIa8L8NpRXgujB+h2+gHgrDgNCk4RbeQRATmwAmh me@laptop"
    ];
    caches = [
      {
        url = "https://cache.example.org";
        key = "cache.example.org-1:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3ODkrLw==";
      }
    ];
  };
  hosts.web-01 = {
    platform = "x86_64-linux";
    tags = [ "web" ];
  };
}
