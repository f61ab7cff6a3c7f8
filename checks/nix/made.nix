# What mkHost makes of a platform and arguments, with nothing that they do not say but who logs in.
{ nixfleet }:
rec {
  key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIUBNwMPd73wh4KANy6VxrQZrn1ty1xNjsXLuBhZO3k4";

  hostOf =
    platform: args:
    nixfleet.mkHost (
      {
        inherit platform;
        hostName = "web-01";
        stateVersion = if nixfleet.classOf platform == "darwin" then 6 else "26.05";
      }
      // args
      // {
        hostSpec = {
          userName = "ops";
          sshAuthorizedKeys = [ key ];
        }
        // args.hostSpec or { };
      }
    );

  nixos = hostOf "x86_64-linux";

  mac = hostOf "aarch64-darwin";
}
