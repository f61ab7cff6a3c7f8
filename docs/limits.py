"""The control plane's limits, from its source: each constant with its words and its value."""

import ast
import re
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
CRATES = REPO / "rust/crates"
# What belongs together, by where it is in the source. What is in none is the program's.
GROUPS = {
    "Hosts": [
        "link/src/check_in.rs", "control-plane/src/hosts/", "control-plane/src/again.rs", "control-plane/src/seat.rs", "control-plane/src/core",
        "rollout/src/limits.rs", "rollout/src/report.rs", "rollout/src/why.rs",
    ],
    "People": ["control-plane/src/people/", "control-plane/src/page/", "control-plane/src/log.rs"],
    "Releases": [
        "control-plane/src/shelf.rs", "control-plane/src/bring", "release/src/head.rs", "release/src/entry.rs",
        "release/src/plan.rs", "release/src/signature.rs",
    ],
    "What is written down": ["control-plane/src/clerk", "control-plane/src/store"],
    "The program": ["control-plane/src/"],
}
# Constants that bound nothing: versions, places in formats, tables of words.
NONE = {"TABLES", "VERSION", "PLACES", "TOUCHED", "FLAGS_AND_COUNTER", "LAST_SEQUENCE"}
CONSTANT = re.compile(
    r"((?:^[ ]*///.*\n)*)^[ ]*(?:pub(?:\([^)]*\))? )?(?:const|static) ([A-Z_]+): (usize|u32|u64|Duration|Rate|Semaphore) =\s*((?:[0-9]|Duration|Rate|Semaphore)[^;]*);",
    re.MULTILINE,
)


def page():
    seen, text = set(), (
        "# Limits of the control plane\n\n"
        "What it takes of hosts, people and its own machine, with the name that the source has for each. None is silent: "
        "who goes beyond one is told so, with a time to come again, or is counted in the "
        "[metrics](../control-plane.md#what-wants-somebodys-eye). This page is written from the source.\n"
    )
    for heading, places in GROUPS.items():
        rows = []
        for place in places:
            for file in files(CRATES / place):
                if file not in seen:
                    seen.add(file)
                    rows += limits(file)
        rows = "\n".join(dict.fromkeys(rows))
        text += f"\n## {heading}\n\n| limit | value | in the source |\n| --- | --- | --- |\n{rows}\n"
    return text


def files(place):
    if place.suffix == ".rs":
        return [place]
    below = place.rglob("*.rs") if place.is_dir() else []
    return sorted([*below, *place.parent.glob(f"{place.name}.rs")])


def limits(file):
    # What is only for tests comes last in a file.
    source = file.read_text().split("#[cfg(test)]")[0]
    for words, name, kind, value in CONSTANT.findall(source):
        if name in NONE:
            continue
        words = " ".join(line.strip().removeprefix("///").strip() for line in words.splitlines())
        if not words:
            raise SystemExit(f"{file.relative_to(REPO)}: say above `{name}` what it bounds")
        words = re.sub(r"\[(`[^`]+`)\]", r"\1", words).replace("|", "\\|").removesuffix(".")
        yield f"| {words} | {shown(name, kind, value)} | `{module(file)}::{name}` |"


def module(file):
    crate, _, *path = file.relative_to(CRATES).with_suffix("").parts
    return "::".join(path if crate == "control-plane" else [crate, *path])


def shown(name, kind, value):
    if kind == "Rate":
        burst, each = (float(it) for it in re.findall(r"[\d.]+", value))
        after = f"{each:g} a second" if each >= 1 else f"one in {1 / each:g} s"
        return f"{burst:g}, then {after}"
    if kind == "Duration":
        unit, inner = re.fullmatch(r"Duration::from_(secs|millis)\((.*)\)", value.strip()).groups()
        return time(number(inner) * (1000 if unit == "secs" else 1))
    count = number(re.sub(r"Semaphore::const_new\((.*)\)", r"\1", value))
    return size(count) if name.endswith("BYTES") else f"{count:,}"


def number(text):
    """What a sum of whole numbers comes to."""

    def of(node):
        match node:
            case ast.BinOp(op=ast.Mult()):
                return of(node.left) * of(node.right)
            case ast.Constant(value=int(it)):
                return it
        raise ValueError(f"no number: {text}")

    return of(ast.parse(text.strip().replace("_", ""), mode="eval").body)


def time(milliseconds):
    for unit, length in (("h", 3_600_000), ("min", 60_000), ("s", 1000)):
        if milliseconds >= length and milliseconds % length == 0:
            return f"{milliseconds // length:,} {unit}"
    return f"{milliseconds} ms"


def size(count):
    for unit, length in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= length and count % length == 0:
            return f"{count // length:,} {unit}"
    return f"{count:,} bytes"
