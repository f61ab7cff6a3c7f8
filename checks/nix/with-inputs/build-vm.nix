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
  host = configOf { hostSpec = { inherit networking; }; } [ { nixfleet.guards.lockout = false; } ];
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
          address = null;
          gateway = null;
          dhcp = true;
        }
        {
          interface = "lan0";
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
