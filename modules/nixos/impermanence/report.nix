# What the audit found, as `nixfleet.impermanence.audit` has it: a warning, an assertion that fails,
# or nothing. What is not certain is a warning at most.
{ config, lib }:
let
  cfg = config.nixfleet.impermanence;
in
{
  found,
  message,
  isCertain ? true,
}:
let
  refuses = cfg.audit == "error" && isCertain;
in
lib.mkIf cfg.enable {
  warnings = lib.optional (found && cfg.audit != "off" && !refuses) message;
  assertions = lib.optional (found && refuses) {
    assertion = false;
    inherit message;
  };
}
