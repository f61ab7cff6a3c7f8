let
  inherit (import ../../../lib/layers.nix) over;
in
{
  "test: lists of modules add up, the defaults' first" = {
    expr =
      over
        {
          modules = [ 1 ];
          homeModules = [ 2 ];
        }
        {
          modules = [ 3 ];
          homeModules = [ 4 ];
        };
    expected = {
      modules = [
        1
        3
      ];
      homeModules = [
        2
        4
      ];
    };
  };

  "test: sets merge by field, and the network by its own" = {
    expr =
      over
        {
          specialArgs.a = 1;
          hostSpec = {
            userName = "ops";
            networking.dns = [ ];
          };
        }
        {
          specialArgs.b = 2;
          hostSpec.networking.interface = "eth0";
        };
    expected = {
      specialArgs = {
        a = 1;
        b = 2;
      };
      hostSpec = {
        userName = "ops";
        networking = {
          dns = [ ];
          interface = "eth0";
        };
      };
    };
  };

  "test: everything else is replaced" = {
    expr = over {
      isVm = true;
      hostSpec.sshAuthorizedKeys = [ "a" ];
    } { hostSpec.sshAuthorizedKeys = [ "b" ]; };
    expected = {
      isVm = true;
      hostSpec.sshAuthorizedKeys = [ "b" ];
    };
  };

  "test: what cannot be merged is replaced, for its own check to refuse" = {
    expr = over { modules = [ 1 ]; } { modules = "no list"; };
    expected.modules = "no list";
  };
}
