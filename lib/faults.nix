# How faults are told: all together, each with its place.
let
  inherit (builtins)
    concatMap
    concatStringsSep
    length
    map
    ;

  # A fault's lines under its subject, like "host `web-01`".
  tell =
    {
      subject,
      positions,
      faults,
    }:
    let
      place =
        field:
        let
          at = positions.${field} or positions."" or null;
        in
        if at == null then "" else "${at.file}:${toString at.line}: ";
    in
    map (
      {
        field,
        message,
        help,
        ...
      }:
      "\n  ${place field}${subject}: ${if field == "" then "" else "${field}: "}${message}: ${help}"
    ) faults;
in
{
  /**
    `value`, or one error that tells every fault of the reports.

    # Inputs
    `reports`: `subject`, like "host `web-01`"; `positions`, where each of its fields is written;
    `faults`, of which each has `field`, `message` and `help`.

    # Type
    `refuse :: [ { subject, positions, faults } ] -> a -> a`

    # Example
    `refuse [ { subject = "the fleet"; positions = { }; faults = [ ]; } ] value` is `value`.
  */
  refuse =
    reports: value:
    let
      lines = concatMap tell reports;
      count = if length lines == 1 then "1 fault" else "${toString (length lines)} faults";
    in
    if lines == [ ] then value else throw "nixfleet: ${count}${concatStringsSep "" lines}";
}
