# What must hold on a host once it is installed in a VM: `nixfleet test-vm` reads it, and
# `nixfleet.lib.mkVmTest` turns it into a NixOS test. What must hold on the host anywhere,
# `nixfleet.health`, must hold there too, and comes first.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (lib) mkOption types;

  # Kernels that lack what NixOS puts into every initrd have this off: those of boards, most of all. Of
  # one that was configured by hand, with its configuration at hand, that says it.
  kernelConfig =
    if options.boot.kernelPackages.isDefined then
      config.boot.kernelPackages.kernel.config or { }
    else
      { };
  isWhole =
    lib.length (lib.attrNames (lib.filterAttrs (name: _: lib.hasPrefix "CONFIG_" name) kernelConfig))
    > 10;
  hasModule =
    name:
    config.boot.initrd.includeDefaultModules
    && (
      !isWhole
      || lib.elem kernelConfig."CONFIG_${lib.toUpper name}" or "n" [
        "y"
        "m"
      ]
    );

  size =
    default: example: description:
    mkOption {
      type = types.ints.positive;
      inherit default example description;
    };
in
{
  _class = "nixos";

  imports = [ ./vm-test/network.nix ];

  options.nixfleet.vmTest = mkOption {
    default = { };
    description = "What `nixfleet test-vm` checks on this host, besides what it checks on every host.";
    example = lib.literalExpression ''
      {
        units = [ "nginx.service" ];
        ports = [ 80 ];
        http = [ { url = "http://localhost/health"; body.contains = "ok"; } ];
      }
    '';
    type = types.submodule {
      options = import ../shared/health/options.nix { inherit lib; } // {
        memory = size 1024 2048 "Memory of the VM in MiB.";
        cores = size 2 4 "Processor cores of the VM.";
        diskSize =
          size 20 40
            "Size of each of the VM's disks in GiB, or more where the disk's layout takes more; the files grow as they are written to.";
      };
    };
  };

  config.nixfleet.vmTest = lib.mapAttrs (_: lib.mkBefore) config.nixfleet.health;

  # A host that is made for hardware boots in the VM that tests it as well. Modules that find no
  # device are not loaded; one that the kernel lacks would fail the build of the initrd.
  config.boot.initrd.availableKernelModules = lib.filter hasModule [
    "virtio_blk"
    "virtio_pci"
  ];
}
