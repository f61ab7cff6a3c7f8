# Impermanence: where the SSH host keys lie.
{ inputs, nixfleet, ... }:
let
  inherit (inputs.nixpkgs) lib;
  hosts = import ../hosts.nix { inherit inputs nixfleet; };
  inherit (hosts) hostKeys;
  on = hosts.impermanent;
in
{
  "test: host keys lie below the persistent root" = {
    expr = hostKeys (on [ ]);
    expected = [
      "/persist/etc/ssh/ssh_host_ed25519_key"
      "/persist/etc/ssh/ssh_host_rsa_key"
    ];
  };

  "test: keys that came to /etc/ssh are taken over" = {
    expr =
      let
        script = (on [ ]).system.activationScripts.nixfleetHostKeys;
        text = script.text or script;
      in
      map (part: lib.hasInfix part text) [
        "[ -f /etc/ssh/ssh_host_ed25519_key ] && ! [ -e /persist/etc/ssh/ssh_host_ed25519_key ]"
        "install -m 0600 /etc/ssh/ssh_host_rsa_key /persist/etc/ssh/ssh_host_rsa_key"
      ];
    expected = [
      true
      true
    ];
  };

  "test: host keys that the user chose stay, and are not touched" = {
    expr =
      let
        config = on [
          {
            services.openssh.hostKeys = [
              {
                type = "ed25519";
                path = "/nix/keys/host";
              }
            ];
          }
        ];
      in
      {
        keys = hostKeys config;
        adopts = config.system.activationScripts ? nixfleetHostKeys;
      };
    expected = {
      keys = [ "/nix/keys/host" ];
      adopts = false;
    };
  };
}
