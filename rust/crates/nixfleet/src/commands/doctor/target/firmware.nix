# By what firmware a host's boot loader is started: `"uefi"`, `"bios"`, or null where it may be either.
{ config, ... }:
let
  loader = config.boot.loader or { };
  isOn = name: loader.${name}.enable or false;
  onDisk = builtins.any (device: device != "nodev") (loader.grub.devices or [ ]);
  found = builtins.tryEval (
    if isOn "systemd-boot" || isOn "limine" || isOn "refind" then
      "uefi"
    else if isOn "grub" && !(loader.grub.efiSupport or false) then
      "bios"
    else if isOn "grub" && !onDisk then
      "uefi"
    else
      null
  );
in
if found.success then found.value else null
