# How faults are told: all together, each with its place.
let
  inherit (builtins) concatStringsSep length map;
in
{
  /**
    `value`, or an error that tells every fault.

    # Inputs
    `subject`: what is at fault, like "host `web-01`"; `positions`: where each field is written.

    # Type
    `refuse :: String -> { <field> :: Position } -> [ { field, message } ] -> a -> a`

    # Example
    `refuse "host `web-01`" { } [ ] value` is `value`.
  */
  refuse =
    subject: positions: faults: value:
    let
      place =
        field:
        let
          at = positions.${field} or positions."" or null;
        in
        if at == null then "" else "${at.file}:${toString at.line}: ";
      line = { field, message }: "\n  ${place field}${field}: ${message}";
      count = if length faults == 1 then "a fault" else "${toString (length faults)} faults";
    in
    if faults == [ ] then
      value
    else
      throw "nixfleet: ${subject} has ${count}${concatStringsSep "" (map line faults)}";
}
