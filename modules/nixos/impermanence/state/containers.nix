# Folders of the host that its containers see. Pure: from `virtualisation.oci-containers`. All else that is
# said of a container, its environment or what it runs, means paths inside.
{ lib }:
let
  inherit (import ../paths.nix { inherit lib; }) pathsIn;
in
{
  # Of `source:target:options` the first, where it is no volume's name, which podman or docker keeps.
  state =
    { containers, ... }:
    lib.concatLists (
      lib.mapAttrsToList (
        name: container:
        map (path: {
          source = "seen by the container `${name}`";
          inherit path;
        }) (lib.concatMap (volume: pathsIn (lib.head (lib.splitString ":" volume))) container.volumes)
      ) containers
    );

  units =
    { backend, containers, ... }:
    lib.mapAttrsToList (name: container: container.serviceName or "${backend}-${name}") containers;
}
