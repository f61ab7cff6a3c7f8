# How a host's arguments lie over the defaults.
let
  inherit (builtins) isAttrs isList;
  merge =
    under: own: name: combine:
    if under ? ${name} && own ? ${name} then { ${name} = combine under.${name} own.${name}; } else { };

  # What cannot be merged is replaced: the value is refused later, by its own check.
  sets =
    combine: a: b:
    if isAttrs a && isAttrs b then combine a b else b;
  lists = a: b: if isList a && isList b then a ++ b else b;
in
{
  /**
    mkHost's arguments `own` over those of `under`: lists of modules add up, sets merge by field,
    everything else is replaced.

    # Type
    `over :: { … } -> { … } -> { … }`

    # Example
    `over { isVm = true; modules = [ a ]; } { modules = [ b ]; }` is
    `{ isVm = true; modules = [ a b ]; }`.
  */
  over =
    under: own:
    if under == { } then
      own
    else
      under
      // own
      // merge under own "modules" lists
      // merge under own "homeModules" lists
      // merge under own "specialArgs" (sets (a: b: a // b))
      // merge under own "hostSpec" (sets (a: b: a // b // merge a b "networking" (sets (x: y: x // y))));
}
