# The serial port as the console, which `nixfleet` logs: the last one named is what the system writes
# to. QEMU's x86 machines and its `virt` board for ARM name it differently.
{ pkgs, ... }:
let
  port = if pkgs.stdenv.hostPlatform.isAarch64 then "ttyAMA0" else "ttyS0";
in
{
  boot.kernelParams = [
    "console=tty0"
    "console=${port},115200"
  ];
}
