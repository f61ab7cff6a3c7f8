{ config, lib, ... }:
let
  inherit (lib) mkDefault;
  inherit (config) hostSpec;

  # Where kbd's keymap has not the name of XKB's layout.
  keymaps = {
    be = "be-latin1";
    br = "br-abnt2";
    ch = "sg";
    gb = "uk";
    jp = "jp106";
    latam = "la-latin1";
    se = "sv-latin1";
  };
in
{
  time.timeZone = mkDefault hostSpec.timeZone;
  i18n.defaultLocale = mkDefault hostSpec.locale;
  console.keyMap = mkDefault (keymaps.${hostSpec.keyboardLayout} or hostSpec.keyboardLayout);
  services.xserver.xkb.layout = mkDefault hostSpec.keyboardLayout;
}
