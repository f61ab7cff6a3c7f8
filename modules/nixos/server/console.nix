# The serial port as a console beside the screen: what a rescue console over the network, a cloud's or
# that of a board with IPMI, is connected to.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) taste;
  inherit (lib) mkOption types;
in
{
  options.nixfleet.server.serialConsoles = mkOption {
    type = types.listOf (types.strMatching "tty[A-Za-z0-9]+(,[0-9a-z]+)?");
    default = [ (if pkgs.stdenv.hostPlatform.isAarch64 then "ttyAMA0,115200" else "ttyS0,115200") ];
    defaultText = lib.literalMD "`ttyS0,115200`, on ARM `ttyAMA0,115200`";
    description = "Serial ports that the kernel writes to and that a login is offered on, with their speed. A port that the machine has not is passed over.";
    example = [ "ttyS1,115200n8" ];
  };

  config = {
    # The last console is what the system writes to: the screen, unless another module, which comes
    # after this, says a port.
    boot.kernelParams = lib.mkIf (config.nixfleet.server.serialConsoles != [ ]) (
      lib.mkBefore (
        map (port: "console=${port}") config.nixfleet.server.serialConsoles ++ [ "console=tty0" ]
      )
    );

    # `nixos-rebuild build-vm` in the terminal that it is typed in.
    virtualisation.vmVariant.virtualisation.graphics = taste false;
  };
}
