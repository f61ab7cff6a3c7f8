# As in another copy of impermanence.
{ lib, ... }:
{
  options.environment.persistence = lib.mkOption {
    type = lib.types.attrs;
    default = { };
  };
}
