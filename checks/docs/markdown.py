"""Pages of Markdown: their blocks of code, headings and links."""

import base64
import hashlib
import os
import re
from functools import cache, cached_property, wraps
from pathlib import Path
from threading import Lock

REPO = Path(__file__).resolve().parent.parent.parent
BOOK = REPO / "docs/src"

FENCE = re.compile(r"^ *(```+|~~~+) *(\S*)")
INCLUDE = re.compile(r"{{#include ([^}:]+)(?::(\d*):?(\d*))?}}")
LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?\)")
KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIIsXvYbQoGbRKmFzXT0jcY3r6YxHnJ3Vd9b5mGqTzC0a"


def key_of(machine):
    """The data of a machine's own key: no two have the same."""
    digest = hashlib.sha256(machine.encode()).digest()
    blob = b"".join(len(it).to_bytes(4, "big") + it for it in (b"ssh-ed25519", digest))
    return base64.b64encode(blob).decode()


class Skipped(Exception):
    """A check that cannot be made here, and why."""


def once(work):
    """A function whose work is done by the first thread that asks; the others wait for what it found. `cache`
    alone lets two begin."""
    lock, cached = Lock(), cache(work)

    @wraps(work)
    def found():
        with lock:
            return cached()

    return found


def pages():
    """The documents at the root, the book, and what a template's user reads."""
    return [
        *sorted(REPO.glob("*.md")),
        *sorted(BOOK.rglob("*.md")),
        *sorted(REPO.glob("templates/*/README.md")),
    ]


class Block:
    """A block of code: its language, what else its first line says, and its text."""

    def __init__(self, page, line, info):
        self.place = f"{page.name}:{line}"
        self.folder = page.path.parent
        self.language, *self.marks = info.split(",")
        self.lines = []

    @property
    def files(self):
        """The files of the book that it names beside it."""
        named = (self.folder / name for name in re.findall(r"(?<![\w.])\./([\w-]+\.\w+)", self.text))
        return [file for file in named if file.is_file()]

    @property
    def text(self):
        text = re.sub(r"AAAA…(?= root@([\w-]+))", lambda it: key_of(it[1]), "\n".join(self.lines))
        return text.replace("AAAA…", KEY) + "\n"


class Page:
    """A page, with what it includes."""

    def __init__(self, path):
        self.path = path
        self.name = str(path.relative_to(REPO))
        self.blocks, self.prose = [], []  # prose: pairs of line number and text
        self.read(path.read_text())

    def read(self, text):
        block, fence = None, None
        for number, line in enumerate(self.included(text), 1):
            found = FENCE.match(line)
            if block is None and found:
                fence = found[1]
                block = Block(self, number, found[2])
                indent = len(line) - len(line.lstrip())
            elif block is not None and found and found[1].startswith(fence) and not found[2]:
                self.blocks.append(block)
                block = None
            elif block is not None:
                block.lines.append(line[indent:] if not line[:indent].strip() else line)
            else:
                self.prose.append((number, line))

    def included(self, text):
        """Lines, with `{{#include FILE:FIRST:LAST}}` replaced, each under its own number."""
        for line in text.splitlines():
            found = INCLUDE.fullmatch(line.strip())
            if not found or not (self.path.parent / found[1]).exists():
                yield line
                continue
            lines = (self.path.parent / found[1]).read_text().splitlines()
            yield "\n".join(lines[int(found[2] or 1) - 1 : int(found[3] or len(lines))])

    @cached_property
    def missing_includes(self):
        found = INCLUDE.findall(self.path.read_text())
        return [file for file, *_ in found if not (self.path.parent / file).exists()]

    @cached_property
    def anchors(self):
        """The ids that mdBook and GitHub give to headings."""
        ids, counts = set(), {}
        for line in (line for _, text in self.prose for line in text.splitlines()):
            heading = re.match(r"#{1,6} +(.*)", line)
            if not heading:
                continue
            text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1].strip())
            name = "".join(
                "-" if it.isspace() else it.lower() for it in text if it.isalnum() or it in "-_ "
            )
            count = counts[name] = counts.get(name, -1) + 1
            ids.add(f"{name}-{count}" if count else name)
        return ids

    @cached_property
    def links(self):
        """Triples of line number, file and anchor; those to other hosts are left out."""
        found = []
        for number, line in self.prose:
            for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
                if not re.match(r"[a-z]+:", target):
                    file, _, anchor = target.partition("#")
                    path = Path(os.path.normpath(self.path.parent / file)) if file else self.path
                    found.append((number, path, anchor))
        return found

    @cached_property
    def code_words(self):
        """Pairs of line number and text of inline code."""
        return [(number, code) for number, line in self.prose for code in re.findall(r"`([^`]+)`", line)]
