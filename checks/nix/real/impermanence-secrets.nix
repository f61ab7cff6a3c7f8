# What only NixOS's own activation shows: the order in which keys are taken over and secrets decrypted.
{
  inputs,
  lib,
  nixfleet,
}:
let
  hosts = import ../hosts.nix { inherit inputs nixfleet; };

  # The activation's text after the host keys' part.
  after =
    modules:
    lib.last (
      lib.splitString "snippet nixfleetHostKeys:" (hosts.impermanent modules)
      .system.activationScripts.script
    );

  # As sops-nix and agenix have them, whose names sort before and after.
  decrypting = {
    options = {
      sops.secrets = lib.mkOption { default = { }; };
      age.secrets = lib.mkOption { default = { }; };
    };
    config.system.activationScripts = {
      setupSecretsForUsers = lib.stringAfter [ "specialfs" ] "decrypt for users";
      agenixNewGeneration = {
        deps = [ "specialfs" ];
        text = "decrypt a generation";
      };
      users.deps = [ "setupSecretsForUsers" ];
    };
  };
in
{
  "test: secrets are decrypted after host keys were taken over, at the install too" = {
    expr = map (text: lib.hasInfix text (after [ decrypting ])) [
      "decrypt for users"
      "decrypt a generation"
    ];
    expected = [
      true
      true
    ];
  };
}
