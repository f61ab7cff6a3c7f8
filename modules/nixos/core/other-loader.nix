# Whether anything in a host's configuration speaks of another boot loader than systemd-boot. Servers
# that booted by GRUB and were given systemd-boot without a word had to be installed anew.
{
  config,
  lib,
  options,
}:
let
  inherit (lib) any attrNames attrValues;
  inherit (import ./layout.nix { inherit config lib options; }) isBuiltVm;

  # Loaders as NixOS and other people's modules declare them: extlinux, Limine, rEFInd, `external`,
  # through which lanzaboote comes, the Raspberry Pi's. Options that NixOS has removed are not visible.
  declared = removeAttrs options.boot.loader [
    "efi"
    "grub"
    "systemd-boot"
  ];
  isOn =
    name:
    lib.isOption (declared.${name}.enable or null)
    && declared.${name}.enable.visible or true != false
    && config.boot.loader.${name}.enable == true;

  # What the host's own modules say of GRUB. NixOS's systemd-boot switches GRUB off, so whether GRUB is
  # on cannot be asked for before it is known whether systemd-boot is; what NixOS itself says of both is
  # left out by evaluating the other modules alone, for these options, with the host's configuration as
  # their argument.
  grub =
    (lib.evalModules {
      class = "nixos";
      modules = config.nixfleet.modules ++ [
        {
          config._module.check = false;
          options.boot.loader.grub =
            lib.genAttrs [ "device" "devices" "efiInstallAsRemovable" "efiSupport" "enable" "mirroredBoots" ]
              (
                _:
                lib.mkOption {
                  type = lib.types.raw;
                  default = null;
                }
              );
        }
      ];
      specialArgs = config._module.specialArgs // {
        inherit config options;
      };
    }).options.boot.loader.grub;
  says = option: values: any (value: !lib.elem value values) option.definitions;
  hasSettings =
    says grub.device [
      null
      ""
    ]
    ||
      any
        (
          option:
          says option [
            null
            [ ]
          ]
        )
        [
          grub.devices
          grub.mirroredBoots
        ]
    ||
      any
        (
          option:
          says option [
            null
            false
          ]
        )
        [
          grub.enable
          grub.efiInstallAsRemovable
        ]
    # nixos-facter says so, as mkDefault, of every machine that has UEFI.
    || grub.efiSupport.highestPrio < 1000 && says grub.efiSupport [ false ];
  isRefused = lib.all (value: value == false) grub.enable.definitions;

  # A disk that can be booted by a BIOS, and not by UEFI. disko's older tables, of `parted`, have lists of
  # partitions, with flags in place of types.
  contents = map (disk: disk.content) (attrValues (config.disko.devices.disk or { }));
  partitions = lib.concatMap (
    content:
    let
      found = content.partitions or { };
    in
    if lib.isList found then found else attrValues found
  ) contents;
  isFor = type: flag: any (it: it.type or null == type || lib.elem flag (it.flags or [ ])) partitions;
  isForBios =
    isFor "EF02" "bios_grub"
    || any (content: content.type or null == "table" && content.format == "msdos") contents;
  isForUefi =
    isFor "EF00" "esp" || any (it: it ? flags && it.content.format or null == "vfat") partitions;

  # Whoever starts the host brings its kernel, or all of its store: a container, WSL, a network boot, a
  # microvm. NixOS mounts a store that came read-only there.
  isBroughtUp =
    config.boot.isContainer
    || !(config.boot.kernel.enable or true)
    || !isBuiltVm && config.fileSystems ? "/nix/.ro-store";
in
isBroughtUp
|| any isOn (attrNames declared)
|| !isRefused && (hasSettings || isForBios && !isForUefi)
