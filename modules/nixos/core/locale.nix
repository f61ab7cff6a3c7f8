{
  config,
  lib,
  options,
  pkgs,
  ...
}:
let
  inherit (import ../../../lib/priority.nix { inherit lib; }) follow;
  inherit (config) hostSpec;
  layout = hostSpec.keyboardLayout;

  # The layouts of XKB that kbd has a keymap of the same name for, and of the same language: its
  # `et` is Estonian, and XKB's Amharic.
  sameInKbd = [
    "by"
    "cz"
    "de"
    "dk"
    "es"
    "fi"
    "fr"
    "gr"
    "hu"
    "il"
    "it"
    "lt"
    "lv"
    "mk"
    "nl"
    "no"
    "pl"
    "ro"
    "ru"
    "ua"
    "us"
  ];

  # Those that kbd has by another name.
  inKbd = lib.genAttrs sameInKbd (name: name) // {
    be = "be-latin1";
    br = "br-abnt2";
    ch = "sg";
    ee = "et";
    gb = "uk";
    hr = "croat";
    is = "is-latin1";
    jp = "jp106";
    latam = "la-latin1";
    pt = "pt-latin1";
    se = "sv-latin1";
    si = "slovene";
    sk = "sk-qwertz";
    tr = "trq";
  };

  # The others, and several at once, are made from XKB's, as NixOS does with `console.useXkbConfig`,
  # which is of no use here: it would clash with a keymap that the user sets. A name that kbd does
  # not know fails the build of a scripted initrd, or systemd-vconsole-setup.service at each boot.
  xkbRoot = config.environment.sessionVariables.XKB_CONFIG_ROOT or null;
  fromXkb = pkgs.runCommand "xkb-console-keymap" { preferLocalBuild = true; } ''
    ${pkgs.buildPackages.ckbcomp}/bin/ckbcomp ${
      lib.optionalString (xkbRoot != null) "-I${xkbRoot} "
    }-layout ${lib.escapeShellArg layout} > "$out"
  '';
in
{
  time.timeZone = follow options.hostSpec.timeZone hostSpec.timeZone;
  i18n.defaultLocale = follow options.hostSpec.locale hostSpec.locale;
  console.keyMap = follow options.hostSpec.keyboardLayout (inKbd.${layout} or fromXkb);
  services.xserver.xkb.layout = follow options.hostSpec.keyboardLayout layout;
}
