"""Examples in Nix parse, and evaluate where they say that they do."""

import json
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from markdown import REPO, Skipped

HERE = Path(__file__).resolve().parent
WITH_INPUTS = {"flake-parts", "module", "control-plane", "darwin-module", "home-module"}
# What is around such lines; Nix refuses a name that is not.
IN_SCOPE = ["config", "inputs", "lib", "nixfleet", "nixpkgs", "pkgs", "self"]
KINDS = WITH_INPUTS | {"flake", "eval"}

INPUTS = Path(os.environ.get("NIXFLEET_INPUTS") or Path.home() / ".cache/nixfleet/inputs")
ENVIRONMENT = os.environ | {
    "NIXFLEET_INPUTS": str(INPUTS) if (INPUTS / "nixpkgs").is_dir() else "",
    "NIX_CONFIG": "extra-experimental-features = nix-command flakes\n" + os.environ.get("NIX_CONFIG", ""),
}


def run(*command, stdin=None):
    return subprocess.run(command, input=stdin, env=ENVIRONMENT, capture_output=True, text=True)


def need_nix():
    if not shutil.which("nix"):
        raise Skipped("`nix` is not on PATH")


@cache
def need_inputs():
    need_nix()
    if not ENVIRONMENT["NIXFLEET_INPUTS"]:
        probe = run("nix", "eval", "--file", str(HERE.parent / "nix/inputs.nix"), "nixpkgs.lib.version")
        if probe.returncode != 0:
            raise Skipped("the flake's inputs are neither laid out in NIXFLEET_INPUTS nor to be fetched")


def parse(block):
    need_nix()
    whole = run("nix-instantiate", "--parse", "-", stdin=block.text)
    if whole.returncode == 0:
        return None
    # Lines out of the middle of a set are an example as well, unless they are to be evaluated.
    middle = f"{{ {', '.join(IN_SCOPE)} }}: {{ {block.text} }}"
    if not block.marks and run("nix-instantiate", "--parse", "-", stdin=middle).returncode == 0:
        return None
    return f"it does not parse:\n{indented(whole.stderr)}"


def evaluate(block, kind):
    need_inputs() if kind in WITH_INPUTS else need_nix()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "flake.nix")
        file.write_text(block.text)
        for beside in block.files:
            shutil.copy(beside, folder)
        arguments = ["--argstr", "kind", kind, "--argstr", "file", str(file)]
        ran = run("nix", "eval", "--json", "--file", str(HERE / "evaluate.nix"), "value", *arguments)
        if ran.returncode != 0:
            return f"it does not evaluate:\n{indented(ran.stderr)}"
        value = json.loads(ran.stdout)
        if not (isinstance(value, dict) and "hosts" in value) or not shutil.which("nixfleet"):
            return None
        inventory = Path(folder, "inventory.json")
        inventory.write_text(ran.stdout)
        valid = run("nixfleet", "validate", "--inventory", str(inventory))
        if valid.returncode != 0:
            return f"`nixfleet validate` has something to say:\n{indented(valid.stdout + valid.stderr)}"


def indented(text):
    return "\n".join(f"  {line}" for line in text.strip().splitlines()[-12:])


def blocks(book):
    cases = []
    for block in (block for page in book for block in page.blocks if block.language == "nix"):
        kind = block.marks[0] if block.marks else None
        if kind and kind not in KINDS:
            cases.append((block.place, lambda kind=kind: f"`nix,{kind}` is none of {', '.join(sorted(KINDS))}"))
            continue
        cases.append((f"{block.place} parses", lambda block=block: parse(block)))
        if kind:
            cases.append((f"{block.place} evaluates", lambda block=block, kind=kind: evaluate(block, kind)))
    return cases


def json_parses(block):
    try:
        json.loads(block.text)
    except ValueError as error:
        return f"it is no JSON: {error}"


def json_blocks(book):
    return [
        (f"{block.place} parses", lambda block=block: json_parses(block))
        for page in book for block in page.blocks if block.language == "json"
    ]


CHECKS = [blocks, json_blocks]
