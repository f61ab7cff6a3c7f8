# One host, whole: what every test that needs a host begins with.
{ lib, nixfleet }:
rec {
  key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIUBNwMPd73wh4KANy6VxrQZrn1ty1xNjsXLuBhZO3k4";

  # A primary user who can log in.
  ops = {
    userName = "ops";
    sshAuthorizedKeys = [ key ];
  };

  # A host from mkHost's arguments, in place of these or beside them.
  hostOf =
    args:
    nixfleet.mkHost (
      {
        hostName = "web-01";
        platform = "x86_64-linux";
        stateVersion = "26.05";
      }
      // args
      // {
        modules = [ rootFileSystem ] ++ args.modules or [ ];
      }
    );

  # What a host needs to be built; where a test says more, that is taken in its place.
  rootFileSystem.fileSystems."/" = lib.mkDefault {
    device = "/dev/vda1";
    fsType = "ext4";
  };
}
