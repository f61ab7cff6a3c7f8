# What paths an impermanent host has, and which of them last.
{ lib }:
{
  isWithin = folder: path: path == folder || lib.hasPrefix "${lib.removeSuffix "/" folder}/" path;

  # Where `fileSystems` mounts what is neither the root nor in memory: it outlives a boot.
  lasting =
    fileSystems:
    map (fs: fs.mountPoint) (
      lib.filter (
        fs:
        fs.mountPoint != "/"
        && !lib.elem fs.fsType [
          "tmpfs"
          "ramfs"
        ]
      ) (lib.attrValues fileSystems)
    );
}
