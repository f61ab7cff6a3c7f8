# Swap and encrypted devices that are named twice, as by a hardware file and a module beside it. Of two
# swap devices that are one NixOS keeps a line of /etc/fstab each, of which systemd takes the first, and one
# `size` of two; of two encrypted ones that are one the second never opens, and the boot waits for it.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (lib) attrNames filter groupBy;

  # The files that name a device, where its definition shows it.
  filesOf =
    named: option:
    lib.naturalSort (
      lib.unique (
        map (definition: toString definition.file) (
          filter (definition: named definition.value) option.definitionsWithLocations
        )
      )
    );

  several = lib.filterAttrs (_: items: lib.length items > 1);

  swap = several (groupBy (swap: toString swap.device) config.swapDevices);
  namesSwap =
    device:
    lib.any (
      swap: swap.device or (if swap ? label then "/dev/disk/by-label/${swap.label}" else null) == device
    );

  encrypted = several (
    groupBy (name: toString config.boot.initrd.luks.devices.${name}.device) (
      attrNames config.boot.initrd.luks.devices
    )
  );

  where = files: lib.optionalString (files != [ ]) ", in ${lib.concatStringsSep " and " files}";
in
{
  warnings =
    map (device: ''
      host `${config.hostSpec.hostName}` has the swap device `${device}` twice${where (filesOf (namesSwap device) options.swapDevices)}: one of them counts.
        Remove one.'') (attrNames swap)
    ++ map (device: ''
      host `${config.hostSpec.hostName}` is to open the encrypted device `${device}` as ${
        lib.concatMapStringsSep " and " (name: "`${name}`") encrypted.${device}
      }: only one of them can be opened, and each boot waits for the others.
        Remove all but one of `boot.initrd.luks.devices`.'') (attrNames encrypted);
}
