"""What the project shows a user, laid out as a user has it: each template with its keys in it, and each example of the
book that says what it is. `real/documented.nix` builds them; `kind` is what `checks/docs/evaluate.nix` takes, and
`whole` says that nothing is left out."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(REPO / "checks/docs"))

import markdown
from nix import KINDS

PLACEHOLDER = "PUT-YOUR-PUBLIC-KEY-HERE"


def lay_out(folder):
    for template in sorted(REPO.glob("templates/*/")):
        to = folder / f"template {template.name}"
        shutil.copytree(template, to)
        flake = to / "flake.nix"
        flake.write_text(flake.read_text().replace(PLACEHOLDER, markdown.KEY))
        if (to / "make-keys.sh").exists():
            subprocess.run(["sh", "make-keys.sh"], cwd=to, check=True)
        (to / "whole").touch()
        (to / "kind").write_text("flake-parts" if "mkFlake" in flake.read_text() else "flake")
    for page in map(markdown.Page, markdown.pages()):
        declared = "{ }\n"
        for block in page.blocks:
            if block.language == "nix" and block.marks and block.marks[0] in KINDS:
                lay_out_example(folder / block.place.replace("/", "-"), block, declared)
            if block.marks == ["module"] and "options." in block.text:
                declared = block.text


def lay_out_example(to, block, declared):
    to.mkdir()
    (to / "flake.nix").write_text(block.text)
    (to / "kind").write_text(block.marks[0])
    for beside in block.files:
        shutil.copy(beside, to)
    # Files that it names beside it: the module with options that the page has shown, or nothing.
    for name in re.findall(r"(?<![\w.])\./([\w./-]+)", block.text):
        file = to / name if name.endswith(".nix") else to / name / "default.nix"
        if Path(name).suffix in ("", ".nix"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(declared)
