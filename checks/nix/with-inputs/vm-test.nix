# `nixfleet.vmTest`: closed types with short forms.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;
  inherit (import ../hosts.nix { inherit inputs nixfleet; }) testedVm;

  vmTest = settings: (testedVm "web-01" settings).config.nixfleet.vmTest;

  nothing = {
    exact = null;
    contains = null;
    regex = null;
  };
in
{
  "test: without settings there is nothing to check, on a VM of a plain size" = {
    expr = vmTest { };
    expected = {
      units = [ ];
      ports = [ ];
      http = [ ];
      commands = [ ];
      files = [ ];
      memory = 1024;
      cores = 2;
      diskSize = 20;
    };
  };

  "test: a host for hardware can boot from a VM's disk too" = {
    expr =
      lib.subtractLists
        (nixfleet.mkHost {
          hostName = "web-01";
          platform = "x86_64-linux";
        }).config.boot.initrd.availableKernelModules
        [
          "virtio_blk"
          "virtio_pci"
        ];
    expected = [ ];
  };

  "test: a short form stands for its long form" = {
    expr =
      vmTest {
        units = [ "nginx.service" ];
        ports = [ 22 ];
        commands = [ "id ops" ];
        files = [ "/etc/secret" ];
      } == vmTest {
        units = [ { unit = "nginx.service"; } ];
        ports = [ { port = 22; } ];
        commands = [ { command = "id ops"; } ];
        files = [ { path = "/etc/secret"; } ];
      };
    expected = true;
  };

  "test: what is not said has its default, in the order of the source" = {
    expr =
      removeAttrs
        (vmTest {
          units = [
            "nginx.service"
            {
              unit = "backup.timer";
              state = "inactive";
              within = 60;
            }
          ];
          ports = [
            443
            {
              port = 22;
              from = "outside";
            }
          ];
          http = [ { url = "http://localhost/"; } ];
          commands = [
            {
              command = "id ops";
              stdout.contains = "wheel";
            }
          ];
          files = [
            {
              path = "/etc/secret";
              mode = "0600";
              owner = "root";
            }
          ];
        })
        [
          "memory"
          "cores"
          "diskSize"
        ];
    expected = {
      units = [
        {
          unit = "nginx.service";
          state = "active";
          within = 30;
        }
        {
          unit = "backup.timer";
          state = "inactive";
          within = 60;
        }
      ];
      ports = [
        {
          port = 443;
          from = "guest";
          within = 30;
        }
        {
          port = 22;
          from = "outside";
          within = 30;
        }
      ];
      http = [
        {
          url = "http://localhost/";
          status = 200;
          body = nothing;
          within = 30;
        }
      ];
      commands = [
        {
          command = "id ops";
          user = "root";
          status = 0;
          stdout = nothing // {
            contains = "wheel";
          };
          within = 30;
        }
      ];
      files = [
        {
          path = "/etc/secret";
          mode = "0600";
          owner = "root";
          group = null;
          within = 30;
        }
      ];
    };
  };

  "test: a misspelt kind of assertion is refused" = {
    expr = vmTest { unit = [ "nginx.service" ]; };
    expectedError.msg = "nixfleet.vmTest.unit";
  };

  "test: a misspelt field of an assertion is refused" = {
    expr = vmTest {
      http = [
        {
          url = "http://localhost/";
          stauts = 200;
        }
      ];
    };
    expectedError.msg = "stauts";
  };

  "test: a unit without its suffix is refused" = {
    expr = vmTest { units = [ "nginx" ]; };
    expectedError.msg = "nixfleet.vmTest.units";
  };

  "test: a port that cannot be is refused" = {
    expr = vmTest { ports = [ 65536 ]; };
    expectedError.msg = "nixfleet.vmTest.ports";
  };

  "test: an address that is no URL is refused" = {
    expr = vmTest { http = [ { url = "localhost"; } ]; };
    expectedError.msg = "nixfleet.vmTest.http";
  };

  "test: a mode that is not octal is refused" = {
    expr = vmTest {
      files = [
        {
          path = "/etc";
          mode = "rwx";
        }
      ];
    };
    expectedError.msg = "mode";
  };

  "test: assertions of several modules add up" = {
    expr =
      map (unit: unit.unit)
        (nixfleet.mkHost {
          hostName = "web-01";
          platform = "x86_64-linux";
          modules = [
            { nixfleet.vmTest.units = [ "one.service" ]; }
            { nixfleet.vmTest.units = [ "two.service" ]; }
          ];
        }).config.nixfleet.vmTest.units;
    expected = [
      "one.service"
      "two.service"
    ];
  };
}
