# What must hold on a host, wherever it runs: `nixfleet test-vm` proves it in QEMU, and the agent after
# each switch to another release.
{ lib, ... }:
{
  options.nixfleet.health = lib.mkOption {
    default = { };
    description = ''
      What must hold on this host. `nixfleet test-vm` checks it in a VM, and the agent on the machine
      itself before it makes a system what boots: a command must therefore change nothing. On a Mac
      there are no `units`.
    '';
    example = lib.literalExpression ''
      {
        units = [ "nginx.service" ];
        http = [ { url = "http://localhost/health"; body.contains = "ok"; } ];
      }
    '';
    type = lib.types.submodule { options = import ./health/options.nix { inherit lib; }; };
  };
}
