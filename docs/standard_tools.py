"""Which attributes the standard tools evaluate: the real programs are run, with a `nix` on their PATH that writes down
what it is asked for, and an `ssh` that answers as a machine would. Nothing is built, and no machine is reached."""

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

COMMANDS = [
    "nixos-anywhere --flake .#web-01 root@ADDRESS",
    "nixos-anywhere --flake .#web-01 --extra-files ./files root@ADDRESS",
    "nixos-anywhere --flake .#web-01 --copy-host-keys root@ADDRESS",
    "nixos-anywhere --flake .#web-01 --build-on remote root@ADDRESS",
    "nixos-anywhere --flake .#web-01 --build-on-remote root@ADDRESS",
    "nixos-anywhere --flake .#web-01 --generate-hardware-config nixos-generate-config ./hardware.nix root@ADDRESS",
    "nixos-anywhere --flake .#web-01 --phases kexec,disko root@ADDRESS",
    "nixos-anywhere --flake .#web-01 --disko-mode mount root@ADDRESS",
    "nixos-anywhere --flake .#web-01 --vm-test",
    "nixos-rebuild switch --flake .#web-01",
    "nixos-rebuild boot --flake .#web-01",
    "nixos-rebuild test --flake .#web-01",
    "nixos-rebuild build --flake .#web-01",
    "nixos-rebuild dry-activate --flake .#web-01",
    "nixos-rebuild build-vm --flake .#web-01",
    "nixos-rebuild build-vm-with-bootloader --flake .#web-01",
    "nixos-rebuild switch --flake .#web-01 --target-host root@ADDRESS",
    "nixos-rebuild switch --flake .#web-01 --target-host ops@ADDRESS --sudo",
    "nixos-rebuild switch --flake .#web-01 --target-host root@ADDRESS --build-host root@ADDRESS",
    "darwin-rebuild switch --flake .#macbook",
    "darwin-rebuild build --flake .#macbook",
    "darwin-rebuild check --flake .#macbook",
]

SECONDS = 60  # that a program may take; none waits for anything

# What stands on PATH for every program that would build, change or reach something: $TOOL_RECORD has a line of JSON
# for each attribute that `nix` was asked for and has.
RECORDER = r'''#!/usr/bin/env -S python3 -B
import json, os, sys
name, words, system = os.path.basename(sys.argv[0]), sys.argv[1:], os.environ["TOOL_SYSTEM"]
line = " ".join(words)
if name == "nix":
    # nixos-anywhere asks for `config.pkgs.system`, which no NixOS has, and goes on without.
    if ".config.pkgs." in line: sys.exit(1)
    with open(os.environ["TOOL_RECORD"], "a") as record:
        for word in words:
            if word.startswith(".#"): record.write(json.dumps(word[2:].removesuffix(".drvPath")) + "\n")
    if "config show system" in line: print("x86_64-linux")
    elif "--json" in words: print(json.dumps([{"outputs": {"out": system}}]))
    elif "build" in words or ".drvPath" in line: print(system)
elif name == "ssh":
    if "-G" in words: print("user root")
    elif line.endswith("sh --"):
        for fact in "isOs=Linux isArch=x86_64 isInstaller=y isContainer=none isRoot=y hasIpv6Only=n hasTar=y " \
                    "hasCpio=y hasSudo=y hasDoas=n hasWget=y hasCurl=y hasSetsid=y".split(): print(fact)
    elif line.endswith("-- exit 0"): sys.exit(1)  # it reboots
    elif "^*" in line: print(system)
elif name == "id": print(0)
elif name == "jq": sys.stdin.read(); print(system)
'''
RECORDED = "nix nix-env nix-store nix-copy-closure ssh ssh-copy-id systemd-run sudo id jq".split()


class NotThere(Exception):
    """A program is not there to be run."""


def rows():
    """A row of Markdown for each command."""
    with tempfile.TemporaryDirectory() as folder:
        tools = Tools(Path(folder))
        return [f"| `{it}` | {', '.join(f'`{attribute}`' for attribute in tools.asked(it))} |" for it in COMMANDS]


def with_rows(text):
    """A page whose rows of these tools are exchanged for those of now."""
    row = re.compile(r"(?:^\| `(?:nixos-anywhere|nixos-rebuild|darwin-rebuild) .*\n)+", re.MULTILINE)
    return row.sub(lambda _: "\n".join(rows()) + "\n", text, count=1)


class Tools:
    def __init__(self, folder):
        self.inputs = Path(os.environ.get("NIXFLEET_INPUTS") or Path.home() / ".cache/nixfleet/inputs")
        self.programs, self.work, self.system = folder / "bin", folder / "work", folder / "system"
        self.record = folder / "record"
        for it in (self.programs, self.work / "files", self.system / "bin"):
            it.mkdir(parents=True)
        for name in RECORDED:
            executable(self.programs / name, RECORDER)
        (self.system / "nixos-version").touch()
        (self.system / "system").write_text("x86_64-linux")
        for name in ("activate", "bin/switch-to-configuration"):
            executable(self.system / name, "#!/bin/sh\n")
        # nixos-rebuild starts the one that the configuration has; its name is filled in when it is packaged.
        executable(self.system / "bin/@executable@", f'#!/bin/sh\nexec {shlex.join(self.nixos_rebuild())} "$@"\n')

    def asked(self, command):
        """The attributes that a command asked Nix for, each once."""
        self.record.write_text("")
        tool, *words = shlex.split(command)
        environment = os.environ | {
            "PATH": f"{self.programs}:{os.environ['PATH']}", "HOME": str(self.work), "TOOL_RECORD": str(self.record),
            "TOOL_SYSTEM": str(self.system), "PYTHONPATH": str(self.there("nixos/pkgs/by-name/ni/nixos-rebuild-ng/src")),
        }
        program = getattr(self, tool.replace("-", "_"))()
        ran = subprocess.run(
            [*program, *words], env=environment, cwd=self.work, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=SECONDS,
        )
        if ran.returncode != 0:
            sys.exit(f"`{command}` ended with {ran.returncode}:\n{ran.stdout}{ran.stderr}")
        return list(dict.fromkeys(json.loads(it) for it in self.record.read_text().splitlines()))

    def nixos_anywhere(self):
        return ["bash", self.there("nixos-anywhere/src/nixos-anywhere.sh")]

    def nixos_rebuild(self):
        python = os.environ.get("NIXOS_REBUILD_PYTHON") or (sys.executable if sys.version_info >= (3, 12) else None)
        if python is None:
            raise NotThere("nixos-rebuild wants Python 3.12: `checks/bootstrap python` brings it")
        return [python, "-B", "-m", "nixos_rebuild"]

    def darwin_rebuild(self):
        script = self.there("darwin/pkgs/nix-tools/darwin-rebuild.sh").read_text()
        for word, value in {"shell": "/bin/bash", "path": "$PATH", "nixPath": "", "profile": self.work / "system"}.items():
            script = script.replace(f"@{word}@", str(value))
        executable(self.work / "darwin-rebuild", script)
        return [self.work / "darwin-rebuild"]

    def there(self, path):
        if not (self.inputs / path).exists():
            raise NotThere(f"{path} is not laid out in NIXFLEET_INPUTS")
        return self.inputs / path


def executable(path, text):
    path.write_text(text)
    path.chmod(0o755)
