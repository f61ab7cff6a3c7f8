# The inventory of a fleet of this folder, or of a copy of it elsewhere, as if it were a flake's.
{
  fault,
  fleets ? ./.,
}:
let
  folder = fleets + "/${fault}";
  store = "/nix/store/00000000000000000000000000000000-source";
  here = toString folder;
  nixfleet = import ../../../../../lib { inputs = { }; };
  inherit (nixfleet) mkFleet;

  inventory = (mkFleet (import ./arguments.nix { inherit folder nixfleet; })).nixfleet;

  # What every fleet here shares counts as another's: the inventory is the same in every checkout.
  shared = "/nix/store/11111111111111111111111111111111-source";
  library = toString ../../../../../lib;
  inStore = builtins.replaceStrings [ here (toString ./.) library ] [ store shared "${shared}/lib" ];
  move =
    value:
    if builtins.isString value then
      inStore value
    else if builtins.isList value then
      map move value
    else if builtins.isAttrs value then
      builtins.mapAttrs (_: move) value
    else
      value;
in
move inventory // { root = store; }
