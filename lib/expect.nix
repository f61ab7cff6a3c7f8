# The words in which an argument is refused. A message says what was given, what is allowed, and
# what to write; `null` is no fault.
let
  inherit (builtins)
    isBool
    isInt
    isString
    toJSON
    typeOf
    ;
  inherit (import ./nearest.nix) nearest;

  quote = text: "`${text}`";

  didYouMean =
    names: given:
    let
      name = if isString given then nearest names given else null;
    in
    if name == null then "" else "; did you mean ${quote name}?";

  show =
    value:
    if isString value then
      quote value
    else if isInt value || isBool value || value == null then
      quote (toJSON value)
    else
      "a ${typeOf value}";
in
{
  inherit didYouMean quote show;

  # expect isList "a list of modules" "modules = [ ./hardware.nix ];" value
  expect =
    fits: what: example: value:
    if fits value then null else "${show value} is not ${what}: write ${quote example}";

  # faultsOf "modules" message: none where the message is null.
  faultsOf = field: message: if message == null then [ ] else [ { inherit field message; } ];

  # notAnArgument "mkHost" [ "platform" ] "plattform"
  notAnArgument =
    function: names: given:
    "is not an argument of ${function}${didYouMean names given}";
}
