#!/usr/bin/env -S python3 -B
"""The flake's inputs, as each of the two sets has them. As a program it prints the store path of the whole nixpkgs, if
one is laid out."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

# What one of the processes that evaluate may hold; there is one for each processor.
MOST_BYTES = min(6 << 30, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // (os.cpu_count() + 1))
# Nix's collector of garbage (Boehm's, gc.h) looks through all that is held, early and often: a third of the time that a
# host's evaluation takes. With all of it given at first, and to be filled before it looks, it seldom comes to that.
HEAP = {"GC_INITIAL_HEAP_SIZE": str(MOST_BYTES), "GC_FREE_SPACE_DIVISOR": "1"}

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nixfleet"


@dataclass
class Inputs:
    environment: dict  # of the processes that evaluate
    whole: bool  # whether nixpkgs is a whole one
    missing: str = ""  # why there are none


def of(kind):
    folder = Path(os.environ.get("NIXFLEET_INPUTS") or CACHE / "inputs")
    laid_out = (folder / "nixpkgs").is_dir()
    environment = HEAP | os.environ | {
        "NIXFLEET_INPUTS": str(folder) if laid_out else "",
        "NIXFLEET_NIXOS": "",
        "NIX_CONFIG": "extra-experimental-features = nix-command flakes\nwarn-dirty = false\n"
        + os.environ.get("NIX_CONFIG", ""),
    }
    if not laid_out:
        # The quick set has all of it then.
        if kind == "real":
            return Inputs(environment, whole=False)
        fetched = nix(environment, "eval", "--file", "inputs.nix", "nixpkgs.lib.version").returncode == 0
        return Inputs(
            environment,
            whole=fetched,
            missing="" if fetched else "the flake's inputs are neither laid out in NIXFLEET_INPUTS nor to be fetched",
        )
    if kind == "quick":
        return Inputs(environment, whole=False)
    nixos = folder / "nixos"
    if not (nixos / "flake.nix").is_file():
        return Inputs(environment, whole=True, missing="no whole nixpkgs is laid out in NIXFLEET_INPUTS/nixos")
    return Inputs(environment | {"NIXFLEET_NIXOS": in_store(nixos, environment)}, whole=True)


def in_store(folder, environment):
    """The store path of a folder. To copy 50,000 files takes a minute, so the path is kept, as a root of the garbage
    collector, until the folder is laid out anew."""
    link, stamp = CACHE / "nixos-source", CACHE / "nixos-source.of"
    now = f"{folder} {folder.stat().st_mtime_ns}"
    if link.exists() and stamp.is_file() and stamp.read_text() == now:
        return str(link.resolve())
    CACHE.mkdir(parents=True, exist_ok=True)
    added = nix(environment, "store", "add-path", "--name", "source", str(folder))
    if added.returncode != 0:
        raise SystemExit(f"checks/nix/run: {folder} could not be copied into the store:\n{added.stderr}")
    path = added.stdout.strip()
    subprocess.run(["nix-store", "--realise", path, "--add-root", str(link)], env=environment, check=True, stdout=subprocess.DEVNULL)
    stamp.write_text(now)
    return path


def nix(environment, *arguments):
    if not shutil.which("nix"):
        raise SystemExit("checks/nix/run: `nix` is not on PATH: `eval \"$(checks/bootstrap)\"` brings it")
    return subprocess.run(["nix", *arguments], env=environment, capture_output=True, text=True)


if __name__ == "__main__":
    print(of("real").environment["NIXFLEET_NIXOS"])
