# What the audit found, as `nixfleet.impermanence.audit` has it: a warning, an assertion that fails,
# or nothing.
{ config, lib }:
let
  cfg = config.nixfleet.impermanence;
in
{ found, message }:
lib.mkIf cfg.enable {
  warnings = lib.optional (cfg.audit == "warn" && found) message;
  assertions = lib.optional (cfg.audit == "error" && found) {
    assertion = false;
    inherit message;
  };
}
