# `nixfleet.vmTest`: closed types with short forms; and `mkVmTest`, which makes a NixOS test of it.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;

  hostOf =
    hostName: vmTest:
    nixfleet.mkHost {
      inherit hostName;
      platform = "x86_64-linux";
      stateVersion = "26.05";
      isVm = true;
      hostSpec.sshAuthorizedKeys = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIsXvYbQoGbRKmFzXT0jcY3r6YxHnJ3Vd9b5mGqTzC0a"
      ];
      modules = [
        {
          nixfleet = { inherit vmTest; };
          # NixOS gives these to each system; where it is evaluated without NixOS, they come from here.
          _module.args.modules = lib.mkDefault [ { networking = { inherit hostName; }; } ];
        }
      ];
    };
  vmTest = settings: (hostOf "web-01" settings).config.nixfleet.vmTest;

  nothing = {
    exact = null;
    contains = null;
    regex = null;
  };

  testOf =
    args: hosts:
    (nixfleet.mkVmTest (
      {
        pkgs = inputs.nixpkgs.legacyPackages.x86_64-linux;
        inherit hosts;
      }
      // args
    )).test;
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

  "test: a test has a node for each host, of the size it asks for" = {
    expr =
      let
        test = testOf { } {
          web-01 = hostOf "web-01" { memory = 2048; };
          web-02 = hostOf "web-02" { };
        };
      in
      {
        inherit (test) name;
        memory = lib.mapAttrs (_: node: node.virtualisation.memorySize.content) test.nodes;
        modules = lib.all (node: lib.length node.imports >= 2) (lib.attrValues test.nodes);
        inherit (test.node) pkgsReadOnly;
        specialArgs = lib.attrNames test.node.specialArgs;
      };
    expected = {
      name = "fleet";
      memory = {
        web-01 = 2048;
        web-02 = 1024;
      };
      modules = true;
      pkgsReadOnly = false;
      specialArgs = [
        "inputs"
        "nixfleet"
      ];
    };
  };

  "test: a node has its host's packages, and the driver's disk" = {
    expr =
      let
        hosts.web-01 = hostOf "web-01" { };
        ours = lib.last (testOf { } hosts).nodes.web-01.imports;
      in
      {
        pkgs = ours.nixpkgs.pkgs.system;
        config = ours.nixpkgs.config.content;
        disk = ours.disko.enableConfig.content;
      };
    expected = {
      pkgs = "x86_64-linux";
      config = { };
      disk = false;
    };
  };

  "test: a port that must be open to the outside brings a machine from there" = {
    expr =
      lib.attrNames
        (testOf { } {
          web-01 = hostOf "web-01" {
            ports = [
              {
                port = 80;
                from = "outside";
              }
            ];
          };
        }).nodes;
    expected = [
      "outside"
      "web-01"
    ];
  };

  "test: the test's script has every assertion, and the user's replaces it" = {
    expr =
      let
        hosts.web-01 = hostOf "web-01" { commands = [ "echo 'it''s'" ]; };
      in
      {
        own = lib.hasInfix (builtins.toJSON (
          builtins.toJSON {
            web-01 = hosts.web-01.config.nixfleet.vmTest;
          }
        )) (testOf { } hosts).testScript;
        users = (testOf { testScript = "start_all()"; } hosts).testScript;
      };
    expected = {
      own = true;
      users = "start_all()";
    };
  };

  "test: modules for the test reach each node" = {
    expr =
      lib.last
        (testOf { modules = [ { a = 1; } ]; } { web-01 = hostOf "web-01" { }; }).nodes.web-01.imports;
    expected = {
      a = 1;
    };
  };
}
