# A system as far as the agent touches it: NixOS's files, and a `switch-to-configuration` that follows
# NixOS's own to the lock, the order and the exit status (nixpkgs, switch-to-configuration-ng), on a
# Debian guest. `units` are files of units that it starts; `status` what its switch ends with.
{
  name,
  units ? { },
  before ? "",
  status ? 0,
  check ? "true",
  kernel ? "one",
  params ? "root=LABEL=nixfleet panic=5 console=ttyS0",
  # Whether its entries count the boots that they are given, as NixOS's do by `bootCounting`.
  counted ? false,
  interface ? "1",
  # Store paths that it refers to, and that come with it.
  parts ? [ ],
  # The configuration of the system's own agent.
  agent ? null,
  # NixOS's own program, where a path to it is given.
  real ? null,
}:
let
  installBootloader = ''
    #!/bin/bash
    out=@out@
    # Boot entries are made of the profile's generations, of so many of the last as a file says; the one that
    # is asked for is the default.
    mkdir -p /boot/loader/entries
    was=" $(ls /boot/loader/entries | tr '\n' ' ')"
    rm -f /boot/loader/entries/*
    for link in $(ls -v /nix/var/nix/profiles | grep -- '^system-.*-link$' | tail -n "$(cat /boot/limit 2>/dev/null || echo 100)"); do
      link=/nix/var/nix/profiles/$link
      number=''${link%-link} number=''${number##*-} system=$(readlink -f "$link")
      name=nixos-generation-$number${if counted then "+3" else ""}.conf
      # One that is there has been counted down, or found good.
      [[ ! $was =~ " "(nixos-generation-$number([+][0-9-]+)?[.]conf)" " ]] || name=''${BASH_REMATCH[1]}
      printf 'title %s\nlinux /%s\ninitrd /initrd\noptions init=%s/init %s\n' "''${system##*-}" "$(basename "$(readlink "$system/kernel")")" \
        "$system" "$(<"$system/kernel-params")" >"/boot/loader/entries/$name"
      [[ $system != "$out" ]] || default=nixos-generation-$number.conf
    done
    # With no generation of that one, the newest is (systemd-boot-builder.py, write_loader_conf).
    echo "default ''${default:-nixos-*}" >/boot/loader/loader.conf.new && sync && mv /boot/loader/loader.conf.new /boot/loader/loader.conf
  '';

  realProgram = ''
    #!/bin/bash
    export OUT=@out@ TOPLEVEL=@out@ DISTRO_ID=debian SYSTEMD=/ LOCALE_ARCHIVE=
    export INSTALL_BOOTLOADER=@out@/install-bootloader PRE_SWITCH_CHECK=@out@/check
    [[ $1 == test && ${toString status} != 0 ]] || exec ${real} "$@"
    ${real} "$@"
    exit ${toString status}
  '';

  program =
    if real != null then
      realProgram
    else
      ''
        #!/bin/bash
        out=@out@
        mkdir -p /run/nixos
        exec 9>/run/nixos/switch-to-configuration.lock
        flock -n 9 || { echo "Could not acquire lock" >&2; exit 11; }
        $out/check || { echo "Pre-switch checks failed" >&2; exit 1; }
        case $1 in
          check | dry-activate) exit 0 ;;
          boot)
            $out/install-bootloader
            exit
            ;;
          switch) $out/install-bootloader || exit 1 ;;
          test) ;;
          *) exit 1 ;;
        esac
        [[ $(cat /run/current-system/init-interface-version) == $(cat $out/init-interface-version) ]] || exit 100
        status=${toString status}
        for unit in /etc/systemd/system/demo-*.service; do
          [[ ! -e $unit || -e $out/units/''${unit##*/} ]] || systemctl stop "''${unit##*/}"
        done
        # It goes on after that, and units that fail have the last word.
        $out/activate || status=2
        systemctl reset-failed
        systemctl daemon-reload
        for unit in $out/units/*.service; do
          [[ ! -e $unit ]] || systemctl restart "''${unit##*/}" || status=4
        done
        exit $status
      '';
in
derivation {
  name = "nixos-system-${name}";
  system = builtins.currentSystem;
  builder = "/bin/bash";
  PATH = "/usr/bin:/bin";
  inherit program;
  unitNames = builtins.attrNames units;
  unitTexts = map (name: builtins.toFile name units.${name}) (builtins.attrNames units);
  activate = ''
    #!/bin/bash
    ${before}
    ln -sfn @out@ /run/current-system
    rm -f /etc/systemd/system/{,multi-user.target.wants/}demo-*.service
    cp @out@/units/*.target /etc/systemd/system/
    for unit in @out@/units/demo-*.service; do
      [[ -e $unit ]] || continue
      cp "$unit" /etc/systemd/system/
      ln -s "../''${unit##*/}" /etc/systemd/system/multi-user.target.wants/
    done
  '';
  checkProgram = ''
    #!/bin/bash
    ${check}
  '';
  inherit installBootloader;
  inherit
    interface
    kernel
    params
    parts
    ;
  # What its kernel starts, where there is one: the first steps of NixOS's second stage.
  initProgram = ''
    #!/bin/bash
    export PATH=/usr/sbin:/usr/bin:/sbin:/bin
    mount -t tmpfs -o mode=755 tmpfs /run
    ln -sfn @out@ /run/current-system
    ln -sfn @out@ /run/booted-system
    @out@/activate
    exec /lib/systemd/systemd
  '';
  agent = if agent == null then "" else agent;
  args = [
    "-euc"
    ''
      mkdir -p $out/bin $out/etc $out/units
      echo 26.05 >$out/nixos-version
      echo guest >$out/etc/hostname
      echo $interface >$out/init-interface-version
      if [[ -n $agent ]]; then
        mkdir -p $out/sw/bin $out/etc/nixfleet
        ln -s /agent/nixfleet-agent $out/sw/bin/
        echo "$agent" >$out/etc/nixfleet/agent.json
      fi
      echo "$params" >$out/kernel-params
      echo "$parts" >$out/parts
      echo "''${initProgram//@out@/$out}" >$out/init
      for part in kernel initrd kernel-modules; do ln -s "/boot/$part-$kernel" $out/$part; done
      echo "''${activate//@out@/$out}" >$out/activate
      cp $out/activate $out/dry-activate
      echo "''${program//@out@/$out}" >$out/bin/switch-to-configuration
      echo "''${installBootloader//@out@/$out}" >$out/install-bootloader
      echo "$checkProgram" >$out/check
      chmod +x $out/{init,activate,dry-activate,check,install-bootloader,bin/switch-to-configuration}
      # Where NixOS's own program looks for units.
      mkdir -p $out/etc/systemd
      ln -s ../../units $out/etc/systemd/system
      mkdir $out/units/multi-user.target.wants
      # It starts anew the targets that it finds there: what they want is what it starts.
      printf '[Unit]\nDescription=All\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n' >$out/units/multi-user.target
      printf '[Unit]\nDescription=What a switch starts again\n' >$out/units/sysinit-reactivation.target
      texts=($unitTexts)
      i=0
      for unit in $unitNames; do cp "''${texts[i]}" $out/units/$unit; ln -s ../$unit $out/units/multi-user.target.wants/; i=$((i + 1)); done
    ''
  ];
}
