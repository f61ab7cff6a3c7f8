# What the inventory of a fleet says is wrong.
{ nixfleet }:
let
  inherit (builtins)
    attrNames
    attrValues
    concatMap
    map
    ;
in
rec {
  inventoryOf = args: (nixfleet.mkFleet args).nixfleet;

  # The fields that the inventory says are at fault, each with whether its place is known.
  faultsIn =
    entry: map (fault: fault.field + (if entry.positions ? ${fault.field} then "" else " (nowhere)"));

  faultsOf =
    inventory:
    (inventory.faults or [ ]) ++ concatMap (host: host.faults or [ ]) (attrValues inventory.hosts);

  told =
    inventory:
    faultsIn inventory (inventory.faults or [ ])
    ++ concatMap (
      name:
      map (field: "${name}: ${field}") (
        faultsIn inventory.hosts.${name} (inventory.hosts.${name}.faults or [ ])
      )
    ) (attrNames inventory.hosts);
}
