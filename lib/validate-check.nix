/*
  The derivation `checks.<system>.nixfleet-validate`: it evaluates when no host's arguments have a
  fault, and builds when the tool finds none in the inventory either. Fields of hostSpec that the
  library does not know are looked for among a host's options, which `nix flake check` evaluates
  anyway.
*/
{
  pkgs,
  inventory,
  reports,
  systems,
  tool,
}:
let
  inherit (builtins)
    attrNames
    elem
    filter
    isAttrs
    mapAttrs
    toFile
    toJSON
    unsafeDiscardStringContext
    ;
  inherit (import ./faults.nix) refuse;
  inherit (import ./host-arguments.nix) hostSpecNames;

  withDeclaredFields =
    name: host:
    let
      known = hostSpecNames ++ host.hostSpecFields or [ ];
      unknown = filter (field: !elem field known) (
        if isAttrs host.hostSpec then attrNames host.hostSpec else [ ]
      );
      declared = filter (field: systems.${name}.options.hostSpec ? ${field}) unknown;
    in
    if unknown == [ ] then
      host
    else
      host // { hostSpecFields = host.hostSpecFields or [ ] ++ declared; };

  # As text: the positions name the flake's source, and need not keep it alive.
  file = toFile "fleet.json" (
    unsafeDiscardStringContext (
      toJSON (inventory // { hosts = mapAttrs withDeclaredFields inventory.hosts; })
    )
  );
in
refuse reports (
  pkgs.runCommand "nixfleet-validate" { } ''
    cp ${file} "$out"
    ${tool}/bin/nixfleet validate --inventory ${file}
  ''
)
