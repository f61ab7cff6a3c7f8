# NixOS's own VM of a host, `nixos-rebuild build-vm`, and the cards of the one that tests it.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;
  inherit (import ../hosts.nix { inherit inputs nixfleet; }) configOf;

  networking = {
    interfaces.eth1 = { };
    interfaces.lan0.ipv4 = {
      addresses = [ "192.168.1.10/24" ];
      gateway = "192.168.1.1";
    };
  };
  hostWith =
    networking: modules:
    configOf { hostSpec = { inherit networking; }; } (
      modules ++ [ { nixfleet.guards.lockout = false; } ]
    );
  host = hostWith networking [ ];
  cards =
    config:
    map (
      card: "${card.interface}: ${toString card.address}${lib.optionalString card.dhcp "by DHCP"}"
    ) config.nixfleet.vmNetwork;
in
{
  "test: NixOS's VM of a host lets somebody in, and its card asks by DHCP" = {
    expr =
      let
        variant = host.virtualisation.vmVariant;
      in
      [
        variant.services.getty.autologinUser
        (variant.hostSpec.networking.interfaces or { })
      ];
    expected = [
      "root"
      { }
    ];
  };

  "test: the host itself does not" = {
    expr = host.services.getty.autologinUser;
    expected = null;
  };

  "test: each interface that a host names has a card in its test, known by its address" = {
    expr =
      let
        links = lib.filterAttrs (name: _: lib.hasInfix "nixfleet" name) host.systemd.network.links;
        mac = card: links."10-nixfleet-vm-${card.interface}".matchConfig.PermanentMACAddress == card.mac;
      in
      {
        cards = map (card: removeAttrs card [ "mac" ]) host.nixfleet.vmNetwork;
        known = map mac host.nixfleet.vmNetwork;
        names = lib.mapAttrs (_: link: link.linkConfig.Name) links;
        differ =
          (configOf {
            hostName = "web-02";
            hostSpec = { inherit networking; };
          } [ { nixfleet.guards.lockout = false; } ]).nixfleet.vmNetwork != host.nixfleet.vmNetwork;
      };
    expected = {
      cards = [
        {
          interface = "eth1";
          network = "eth1";
          address = null;
          gateway = null;
          dhcp = true;
        }
        {
          interface = "lan0";
          network = "lan0";
          address = "192.168.1.10/24";
          gateway = "192.168.1.1";
          dhcp = false;
        }
      ];
      known = [
        true
        true
      ];
      names = {
        "10-nixfleet-vm-eth1" = "eth1";
        "10-nixfleet-vm-lan0" = "lan0";
      };
      differ = true;
    };
  };

  "test: a bridge or a bond has its members' cards, the first with its address; those of a bond share a network, a bridge joins none" =
    {
      expr =
        map
          (
            module:
            map (card: "${card.interface} in ${card.network}: ${toString card.address}")
              (hostWith { interfaces.lan0.ipv4.addresses = [ "192.168.1.10/24" ]; } [ module ]).nixfleet.vmNetwork
          )
          [
            {
              networking.bridges.lan0.interfaces = [
                "eth0"
                "eth1"
              ];
            }
            {
              networking.bridges.lan0.interfaces = [
                "bond0"
                "eth2"
              ];
              networking.bonds.bond0.interfaces = [
                "eth0"
                "eth1"
              ];
            }
            { networking.bridges.lan0.interfaces = [ ]; }
            {
              systemd.network = {
                netdevs."10-lan".netdevConfig = {
                  Name = "lan0";
                  Kind = "bridge";
                };
                netdevs."10-pair".netdevConfig = {
                  Name = "pair";
                  Kind = "bond";
                };
                networks."20-pair" = {
                  matchConfig.Name = "pair";
                  networkConfig.Bridge = "lan0";
                };
                networks."20-cards" = {
                  matchConfig.Name = "eth0 eth1";
                  bond = [ "pair" ];
                };
              };
            }
          ];
      expected = [
        [
          "eth0 in eth0: 192.168.1.10/24"
          "eth1 in : "
        ]
        [
          "eth0 in eth0: 192.168.1.10/24"
          "eth1 in eth0: "
          "eth2 in : "
        ]
        [ "nixfleet-vm in nixfleet-vm: 10.0.2.15/24" ]
        [
          "eth0 in eth0: 192.168.1.10/24"
          "eth1 in eth0: "
        ]
      ];
    };

  "test: what QEMU cannot forward to has a card for the test beside its own" = {
    expr =
      map
        (
          config:
          cards config
          ++ [ (lib.hasInfix "ip address add 10.0.2.15/24 dev nixfleet-vm" config.services.udev.extraRules) ]
        )
        [
          (hostWith {
            interfaces.eth0 = {
              ipv4.dhcp = false;
              ipv6.addresses = [ "2001:db8::2/64" ];
            };
          } [ ])
          (hostWith { interfaces."eth0.7".ipv4.dhcp = true; } [
            {
              networking.vlans."eth0.7" = {
                id = 7;
                interface = "eth0";
              };
            }
          ])
          (hostWith { interfaces.eth0.ipv4.dhcp = true; } [ ])
        ];
    expected = [
      [
        "eth0: "
        "nixfleet-vm: 10.0.2.15/24"
        true
      ]
      [
        "eth0: "
        "nixfleet-vm: 10.0.2.15/24"
        true
      ]
      [
        "eth0: by DHCP"
        false
      ]
    ];
  };

  "test: interfaces that a module names have cards, where no card asks by DHCP whatever it is called" =
    {
      expr = map (module: cards (configOf { } [ module ])) [
        {
          networking = {
            useDHCP = false;
            interfaces.ens3.ipv4.addresses = [
              {
                address = "192.0.2.7";
                prefixLength = 24;
              }
            ];
            defaultGateway = "192.0.2.1";
          };
        }
        {
          networking = {
            useDHCP = false;
            interfaces.enp1s0.useDHCP = true;
          };
        }
        {
          networking.useDHCP = false;
          systemd.network = {
            enable = true;
            netdevs."20-tunnel".netdevConfig = {
              Name = "wg0";
              Kind = "wireguard";
            };
            networks."10-wan" = {
              matchConfig.Name = "ens3";
              address = [
                "2001:db8::7/64"
                "192.0.2.7/24"
              ];
              routes = [ { Gateway = "192.0.2.1"; } ];
            };
            networks."20-tunnel" = {
              matchConfig.Name = "wg0";
              address = [ "10.9.0.1/24" ];
            };
          };
        }
        {
          networking.useDHCP = false;
          systemd.network = {
            enable = true;
            networks."10-wan" = {
              matchConfig.MACAddress = "00:11:22:33:44:55";
              networkConfig.DHCP = "ipv4";
            };
          };
        }
        {
          networking.useDHCP = false;
          systemd.network = {
            enable = true;
            networks."10-lan" = {
              matchConfig.Name = "en*";
              networkConfig.DHCP = "yes";
            };
          };
        }
        { networking.interfaces.eth0.useDHCP = lib.mkDefault true; }
        {
          networking.networkmanager.enable = true;
          networking.useDHCP = false;
        }
      ];
      expected = [
        [ "ens3: 192.0.2.7/24" ]
        [ "enp1s0: by DHCP" ]
        [ "ens3: 192.0.2.7/24" ]
        [ "nixfleet-vm: 10.0.2.15/24" ]
        [ ]
        [ ]
        [ ]
      ];
    };

  "test: a host that names none has no file for them" = {
    expr =
      lib.filterAttrs (name: _: lib.hasInfix "nixfleet" name)
        (configOf { } [ ]).systemd.network.links;
    expected = { };
  };

  "test: an initrd has what a VM needs, where its kernel has it" = {
    expr =
      map (module: lib.elem "virtio_blk" (configOf { } [ module ]).boot.initrd.availableKernelModules)
        [
          { }
          { boot.initrd.includeDefaultModules = false; }
        ];
    expected = [
      true
      false
    ];
  };
}
