"""Commands in examples parse, and the tool knows its own."""

import re
import shlex
import shutil
import subprocess
from functools import cache

from markdown import Skipped

# `nix run .#test-vm -- -h web-01` runs `nixfleet test-vm -h web-01`.
APP = re.compile(r"^nix run \.#([a-z-]+)(?: --)?(?= |$)")


def script(block):
    """The commands of a block: of what was typed and answered, the lines after a `$`; of a workflow its
    steps of one line."""
    if block.language == "sh":
        return block.text
    if block.language == "yaml":
        return "\n".join(re.findall(r"^\s*-? ?run: ([^|>].*)$", block.text, re.MULTILINE)) + "\n"
    return "\n".join(line[2:] for line in block.lines if line.startswith("$ ")) + "\n"


def parses(block):
    ran = subprocess.run(["bash", "-n"], input=script(block), capture_output=True, text=True)
    return ran.stderr.strip() if ran.returncode else None


def calls(text):
    """The calls of the tool in a script, as lists of words."""
    found = []
    for line in text.replace("\\\n", " ").splitlines():
        for part in re.split(r"&&|\|\||\||;", line):
            # Not shlex's comments: they would begin at any `#`, that of `.#host` as well.
            command = APP.sub(r"nixfleet \1", re.sub(r"(^|\s)#.*", "", part).strip())
            if command.startswith("nixfleet "):
                found.append(shlex.split(re.split(r" [<>]", command)[0])[1:])
    return found


@cache
def help_of(*command):
    """What the tool says of a command: its flags, with `<` for a value and `[` for one that may be left out; None for no command."""
    if not shutil.which("nixfleet"):
        raise Skipped("`nixfleet` is not on PATH")
    ran = subprocess.run(["nixfleet", *command, "--help"], capture_output=True, text=True)
    if ran.returncode != 0:
        return None
    flags = {}
    for names, value in re.findall(r"^ +((?:-\w, )?--[\w-]+|-\w)( <| \[|$|(?=  ))", ran.stdout, re.MULTILINE):
        for name in names.split(", "):
            flags[name] = value.strip()
    return flags, re.search(r"Usage:.*? (<[A-Z]+>|\[(?!OPTIONS|COMMAND)[A-Z]+\])", ran.stdout) is not None


@cache
def commands_of(command):
    """The commands that a command has of its own."""
    ran = subprocess.run(["nixfleet", *command.split(), "--help"], capture_output=True, text=True)
    section = re.search(r"\nCommands:\n(.*?)\n\n", ran.stdout, re.DOTALL)
    return re.findall(r"^  ([a-z-]+) ", section[1], re.MULTILINE) if section else []


def unknown(words):
    overall = help_of()
    while words and words[0].startswith("-"):
        if words[0] not in overall[0]:
            return f"`nixfleet` has no flag `{words[0]}`"
        words = words[2 if overall[0][words[0]] else 1 :]
    if not words:
        return None
    command, *rest = words
    # The parser's own word, which has no help of its own.
    if command == "help":
        return unknown(rest)
    known = help_of(command)
    if known is None:
        return f"`nixfleet` has no command `{command}`"
    flags, has_operand = known
    while rest:
        word, *rest = rest
        name, is_joined, _ = word.partition("=")
        if not word.startswith("-"):
            if word in commands_of(command):
                command = f"{command} {word}"
                flags, has_operand = help_of(*command.split())
            elif not has_operand:
                return f"`nixfleet {command}` takes no `{word}`"
        elif name not in flags:
            return f"`nixfleet {command}` has no flag `{name}`"
        elif flags[name] == "[" and not is_joined:
            if rest and not rest[0].startswith("-"):
                rest = rest[1:]
        elif flags[name] == "<" and not is_joined:
            if not rest:
                return f"`nixfleet {command} {name}` lacks its value"
            rest = rest[1:]


def known(text):
    wrong = [unknown(words) for words in calls(text)]
    return "; ".join(it for it in wrong if it)


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
            if calls(code) and "…" not in code:
                cases.append((f"{page.name}:{line} `{code}`", lambda code=code: known(code)))
    return cases


CHECKS = [blocks, inline]
