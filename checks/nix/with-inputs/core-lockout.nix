# A host that nobody could log in to is refused.
{
  lib,
  nixfleet,
  ...
}:
let
  inherit (import ../core-hosts.nix { inherit lib nixfleet; })
    builds
    configOf
    key
    ops
    refused
    withModule
    withSpec
    ;
in
{
  "test: a host with keys builds" = {
    expr = builds (withSpec ops);
    expected = true;
  };
  "test: a host that nobody has a key for is refused" =
    refused
      (withSpec {
        userName = "ops";
      })
      "nobody could log in to host `web-01`: neither root nor a user of the group `wheel` gets in over SSH.*ops: no SSH key.*root: no SSH key";
  "test: keys may be a file's lines, and blank lines and comments are no keys" = {
    expr =
      (withSpec {
        userName = "ops";
        sshAuthorizedKeys = lib.splitString "\n" "# laptop\n${key}\n";
      }).hostSpec.sshAuthorizedKeys;
    expected = [ key ];
  };
  "test: blank lines alone let nobody in" = refused (withSpec {
    userName = "ops";
    sshAuthorizedKeys = [ "" ];
  }) "ops: no SSH key";
  "test: a key set by a module is a key" = {
    expr = builds (configOf {
      modules = [ { users.users.root.openssh.authorizedKeys.keys = [ key ]; } ];
    });
    expected = true;
  };
  "test: a key of another administrator is a key" = {
    expr = builds (configOf {
      modules = [
        {
          users.users.alice = {
            isNormalUser = true;
            extraGroups = [ "wheel" ];
            openssh.authorizedKeys.keys = [ key ];
          };
        }
      ];
    });
    expected = true;
  };
  "test: a key of root's is none where root may not log in" = refused (configOf {
    hostSpec.sshAuthorizedKeys = [ key ];
    modules = [ { services.openssh.settings.PermitRootLogin = "no"; } ];
  }) "root: `PermitRootLogin` keeps root out";
  "test: the primary user's key is one there" = {
    expr = builds (withModule {
      services.openssh.settings.PermitRootLogin = "no";
    });
    expected = true;
  };
  "test: a server without SSH is refused" = refused (withModule {
    services.openssh.enable = false;
  }) "its SSH server is off";
  "test: a QEMU guest may be without SSH" = {
    expr = builds (configOf {
      hostSpec = ops;
      isVm = true;
      modules = [ { services.openssh.enable = false; } ];
    });
    expected = true;
  };
  "test: the lockout guard can be turned off, and NixOS's with it" = {
    expr =
      let
        config = configOf { modules = [ { nixfleet.guards.lockout = false; } ]; };
      in
      [
        (builds config)
        config.users.allowNoPasswordLogin
        (withSpec ops).users.allowNoPasswordLogin
      ];
    expected = [
      true
      true
      false
    ];
  };

  "test: a host without faults has no warning" = {
    expr = (withSpec ops).warnings;
    expected = [ ];
  };
}
