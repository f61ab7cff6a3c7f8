"""Commands in examples parse, and the project's programs know their own."""

import re
import shlex
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from markdown import Skipped

PROGRAMS = ["nixfleet", "nixfleet-agent", "nixfleet-control-plane"]
# What stands before a command that another user or machine runs.
ELSEWHERE = re.compile(r"^(?:(?:sudo(?: -u \S+)?|time|exec) +|ssh .*? +(?=nixfleet))+")
# What stands in place of a value, and a value: of a workflow, a shell, and the text.
PLACES = [(r"\$\{\{[^}]*\}\}", "web-01"), (r"\$\w+", "web-01"), (r"\b(?:N|NUMBER|COUNT)\b", "41"), (r"\b(?!GET\b|POST\b)[A-Z]{2,}\b", "web-01")]
# `nix run .#test-vm -- -h web-01` runs `nixfleet test-vm -h web-01`.
APP = re.compile(r"^nix run \.#([a-z-]+)(?: --)?(?= |$)")


def script(block):
    """The commands of a block: of what was typed and answered, the lines after a `$`; of a workflow its
    steps of one line, and the lines of others that call one of the project's programs."""
    if block.language == "sh":
        return block.text
    if block.language == "yaml":
        return "\n".join(re.findall(r"^ *(?:-? ?run: (?![|>])|(?=nix run \.#|nixfleet))(.*)$", block.text, re.MULTILINE)) + "\n"
    return "\n".join(line[2:] for line in block.lines if line.startswith("$ ")) + "\n"


def parses(block):
    ran = subprocess.run(["bash", "-n"], input=script(block), capture_output=True, text=True)
    return ran.stderr.strip() if ran.returncode else None


def calls(text):
    """The calls of the project's programs in a script, as lists of words."""
    found = []
    for line in text.replace("\\\n", " ").splitlines():
        for part in re.split(r"&&|\|\||\||;", line):
            # Not shlex's comments: they would begin at any `#`, that of `.#host` as well.
            command = ELSEWHERE.sub("", APP.sub(r"nixfleet \1", re.sub(r"(^|\s)#.*", "", part).strip()))
            if command.split(" ")[0] not in PROGRAMS:
                continue
            for place, value in PLACES:
                command = re.sub(place, value, command)
            found.append(shlex.split(re.split(r" [<>]", command)[0]))
    return found


@cache
def accepted(program, *words):
    """What a program's own parser says against a command line, up to its help, which it is asked for at the end:
    nothing is done."""
    if not shutil.which(program):
        raise Skipped(f"`{program}` is not on PATH")
    # The parser has a word for help, and no help of it.
    asked = [program, *words] if words[:1] == ("help",) else [program, *words, "--help"]
    with tempfile.TemporaryDirectory() as folder:
        for word in words:
            if word.startswith("./"):
                Path(folder, word).mkdir(parents=True, exist_ok=True)
        ran = subprocess.run(asked, cwd=folder, capture_output=True, text=True)
    return f"`{shlex.join([program, *words])}`: {ran.stderr.strip()}" if ran.returncode else None


def known(text):
    return "; ".join(it for it in (accepted(*words) for words in calls(text)) if it)


def blocks(book):
    cases = []
    for page in book:
        for block in page.blocks:
            if block.language in ("sh", "console", "yaml"):
                cases.append((f"{block.place} parses", lambda block=block: parses(block)))
                if calls(script(block)):
                    cases.append((f"{block.place} calls the tool", lambda block=block: known(script(block))))
    return cases


def inline(book):
    """Commands in the text. A line of a page made from the source is that source's."""
    cases = []
    for page in book:
        for line, code in page.code_words:
            # `[-h HOST | --all]` says what there is, and is no command line.
            if calls(code) and "…" not in code and "[" not in code:
                cases.append((f"{page.name}:{line} `{code}`", lambda code=code: known(code)))
    return cases


CHECKS = [blocks, inline]
