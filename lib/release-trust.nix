# What the agent and the control plane have in common: of which fleet releases are, and who may make
# them.
{ lib }:
let
  inherit (lib) mkOption types;
  inherit (import ./ssh-key.nix) sshKeyLines;
in
{
  /**
    The options of a program that judges releases.

    # Type
    `options :: { fleet, keys, threshold }`

    # Example
    `options.services.nixfleet-agent = { … } // releaseTrust.options;`
  */
  options = {
    fleet = mkOption {
      type = types.strMatching "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
      description = "The fleet's name, as its releases have it: a release of another fleet is refused.";
      example = "home";
    };

    keys = mkOption {
      type = types.listOf (import ./ssh-key-type.nix { inherit lib; });
      default = [ ];
      apply = sshKeyLines;
      description = ''
        Who may make a release, until a release that these signed names others. When these change
        here, the new ones hold from then on.
      '';
      example = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE… you@laptop" ];
    };

    threshold = mkOption {
      type = types.ints.positive;
      default = 1;
      description = "How many of the keys have to sign a release.";
      example = 2;
    };
  };

  /**
    The assertion that enough keys are there for a release to be taken; `service` is the options' place.

    # Type
    `enoughKeys :: String -> { keys, threshold } -> { assertion, message }`

    # Example
    `enoughKeys "services.nixfleet-agent" config.services.nixfleet-agent`
  */
  enoughKeys =
    service:
    { keys, threshold, ... }:
    let
      different = lib.length (lib.unique keys);
    in
    {
      assertion = threshold <= different;
      message = "no release could ever have enough signatures: `${service}.threshold` is ${toString threshold}, and `keys` has ${toString different} different ones";
    };
}
