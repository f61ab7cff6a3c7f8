{
  release = {
    keys = [
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOBPSIa8L8NpRXgujB+h2+gHgrDgNCk4RbeQRATmwAmh me@laptop"
    ];
    waves = builtins.genList (number: {
      name = "wave-${toString number}";
      hosts = [ "web-${toString number}" ];
    }) 65;
  };
  hosts = builtins.listToAttrs (
    builtins.genList (number: {
      name = "web-${toString number}";
      value.platform = "x86_64-linux";
    }) 65
  );
}
