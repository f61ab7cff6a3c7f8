# What a module of ours keeps on an impermanent host without being asked. It imports this file, which
# does nothing on a host of another kind, and says so in a line:
#
#   imports = [ ./impermanence/kept.nix ];
#   config.nixfleet.kept = [ "/var/lib/nixfleet" ];
{ lib, ... }:
{
  options.nixfleet.kept = lib.mkOption {
    type = with lib.types; listOf (either str (attrsOf anything));
    default = [ ];
    internal = true;
    description = "Directories that stay on an impermanent host, as `nixfleet.impermanence.directories` has them.";
    example = [ "/var/lib/nixfleet" ];
  };
}
