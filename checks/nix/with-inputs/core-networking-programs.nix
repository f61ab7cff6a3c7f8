# What each program that sets up the network is told of `hostSpec.networking`.
{
  lib,
  nixfleet,
  ...
}:
let
  inherit (import ../core-hosts.nix { inherit lib nixfleet; }) configOf ops;
in
{
  "test: networkd is told that a gateway is on the link, and which family asks by DHCP" = {
    expr =
      let
        config = configOf {
          hostSpec = ops // {
            networking.interfaces = {
              eth0.ipv4 = {
                addresses = [ "203.0.113.9/32" ];
                gateway = "172.31.1.1";
              };
              eth0.ipv6.gateway = "fe80::1";
              eth1.ipv6.addresses = [ "2001:db8::2/64" ];
            };
          };
          modules = [ { networking.useNetworkd = true; } ];
        };
        inherit (config.systemd.network) networks;
      in
      {
        routes = map (route: {
          inherit (route) Gateway GatewayOnLink;
        }) networks."40-eth0".routes;
        inherit (networks."40-eth1") DHCP;
        gateways = [
          config.networking.defaultGateway
          config.networking.defaultGateway6
        ];
      };
    expected = {
      routes = [
        {
          Gateway = "172.31.1.1";
          GatewayOnLink = true;
        }
        {
          Gateway = "fe80::1";
          GatewayOnLink = true;
        }
      ];
      DHCP = "ipv4";
      gateways = [
        null
        null
      ];
    };
  };

  "test: NetworkManager has what asks by DHCP, and leaves static addresses alone" = {
    expr =
      let
        inherit
          (configOf {
            hostSpec = ops // {
              networking.interfaces = {
                eth0.ipv4.addresses = [ "192.0.2.2/24" ];
                wlan0 = { };
              };
            };
            modules = [ { networking.networkmanager.enable = true; } ];
          })
          networking
          ;
      in
      [
        (lib.attrNames networking.interfaces)
        networking.networkmanager.unmanaged
      ];
    expected = [
      [ "eth0" ]
      [ "interface-name:eth0" ]
    ];
  };

  "test: a DNS server's name in its certificate is resolved's alone" = {
    expr =
      map
        (
          enable:
          (configOf {
            hostSpec = ops // {
              networking.dns = [
                "9.9.9.9#dns.quad9.net"
                "2620:fe::fe"
              ];
            };
            modules = [ { services.resolved = { inherit enable; }; } ];
          }).networking.nameservers
        )
        [
          true
          false
        ];
    expected = [
      [
        "9.9.9.9#dns.quad9.net"
        "2620:fe::fe"
      ]
      [
        "9.9.9.9"
        "2620:fe::fe"
      ]
    ];
  };

  "test: a Wi-Fi card that nothing connects is warned about" = {
    expr =
      map
        (
          module:
          let
            config = configOf {
              hostSpec.networking.interfaces.wlp2s0.ipv4.addresses = [ "192.168.1.10/24" ];
              modules = [ module ];
            };
          in
          map (lib.removePrefix "host `${config.hostSpec.hostName}` names the Wi-Fi card `wlp2s0`, and ") (
            lib.filter (lib.hasInfix "Wi-Fi") config.warnings
          )
        )
        [
          { }
          { networking.networkmanager.enable = true; }
          { networking.wireless.enable = true; }
          { networking.wireless.iwd.enable = true; }
          {
            networking.wireless = {
              enable = true;
              interfaces = [ "wlan1" ];
            };
          }
        ];
    expected = [
      [
        "nothing connects it to a network. Write `networking.wireless.enable = true;` and its networks, or `networking.wireless.iwd.enable = true;`"
      ]
      [
        "nothing connects it to a network. NetworkManager leaves a card with a static address alone: take it out of hostSpec, and write its address into `networking.networkmanager.ensureProfiles.profiles`"
      ]
      [ ]
      [ ]
      [
        "nothing connects it to a network. Write `networking.wireless.enable = true;` and its networks, or `networking.wireless.iwd.enable = true;`"
      ]
    ];
  };

  "test: NetworkManager connects a Wi-Fi card with DHCP" = {
    expr =
      (configOf {
        hostSpec.networking.interfaces.wlan0 = { };
        modules = [ { networking.networkmanager.enable = true; } ];
      }).warnings;
    expected = [ ];
  };
}
