# What was found, as `nixfleet.impermanence.audit` has it: warnings, assertions that fail, or nothing.
# What is not certain is a warning at most. Nothing is looked for where nothing is to be said.
#
#   [ { message; isCertain ? true; } ]
{ config, lib }:
let
  cfg = config.nixfleet.impermanence;
  isRefused = item: item.isCertain or true;
in
found:
lib.mkIf cfg.enable {
  warnings = map (item: item.message) (
    {
      off = [ ];
      warn = found;
      error = lib.filter (item: !isRefused item) found;
    }
    .${cfg.audit}
  );
  assertions = map (item: {
    assertion = false;
    inherit (item) message;
  }) (lib.optionals (cfg.audit == "error") (lib.filter isRefused found));
}
