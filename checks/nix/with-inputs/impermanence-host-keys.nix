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

  "test: keys are taken over before sops-nix and agenix decrypt by them, where these are" = {
    expr =
      let
        of =
          modules:
          lib.attrNames (
            lib.filterAttrs (_: script: lib.elem "nixfleetHostKeys" (script.deps or [ ]))
              (on modules).system.activationScripts
          );
        declared = name: {
          options.${name}.secrets = lib.mkOption { default = { }; };
        };
      in
      {
        sops = of [ (declared "sops") ];
        age = of [ (declared "age") ];
        without = of [ ];
      };
    expected = {
      sops = [
        "setupSecrets"
        "setupSecretsForUsers"
      ];
      age = [
        "agenixInstall"
        "agenixNewGeneration"
      ];
      without = [ ];
    };
  };

  # From 26.05 NixOS makes keys where there is no server, and none where the user says so.
  "test: keys are taken over where keys are made" = {
    expr =
      map
        (
          { enable, generate }:
          (on [
            { services.openssh.enable = enable; }
            { nixfleet.guards.lockout = false; }
            (hosts.ofLaterNixos [ "services" "openssh" "generateHostKeys" ] lib.types.bool generate)
          ]).system.activationScripts
            ? nixfleetHostKeys
        )
        [
          {
            enable = false;
            generate = true;
          }
          {
            enable = true;
            generate = false;
          }
        ];
    expected = [
      true
      false
    ];
  };

  "test: without a server there are none" = {
    expr = (on [ { services.openssh.enable = false; } ]).system.activationScripts ? nixfleetHostKeys;
    expected = false;
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
