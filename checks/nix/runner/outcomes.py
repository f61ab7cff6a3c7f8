"""What comes of test files, as lines `passed NAME`, `failed NAME` with an indented explanation, and `skipped NAME:
reason`. What a script counted itself is `counted PASSED FAILED SKIPPED`."""

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from threading import local

import cases

COUNTS = re.compile(r"(\d+) passed, (\d+) failed, (\d+) skipped")
COMMAND_SECONDS = 1200


def run(files, environment):
    mine, repls = local(), []

    def work(file):
        if file.suffix != ".nix":
            return command(file, environment)
        if not hasattr(mine, "repl"):
            mine.repl = cases.Repl(environment)
            repls.append(mine.repl)
        return cases.run(file, mine.repl)

    try:
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            for lines in pool.map(work, files):
                yield from lines
    finally:
        for repl in repls:
            repl.stop()


def command(file, environment):
    """A script passes with 0, and is skipped with 77 and its last line as the reason. One that runs several tests ends
    with its counts, and names what failed or was skipped before them."""
    try:
        ran = subprocess.run(
            [f"./{file}"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", stdin=subprocess.DEVNULL, timeout=COMMAND_SECONDS,
        )
    except subprocess.TimeoutExpired as late:
        said = (late.stdout or b"").decode(errors="replace")
        return [f"failed {file.name}\n{indented(said)}\n  it took more than {COMMAND_SECONDS} s"]
    *before, last = ran.stdout.strip().splitlines() or [""]
    counts = COUNTS.fullmatch(last)
    if counts and (int(counts[2]) > 0 or ran.returncode == 0):
        shown = indented("\n".join(before))
        return ["counted {} {} {}".format(*counts.groups())] + ([shown] if shown else [])
    if ran.returncode == 0:
        return [f"passed {file.name}"]
    if ran.returncode == 77:
        return [f"skipped {file.name}: {last}"]
    return [f"failed {file.name}\n{indented(ran.stdout)}"]


def count(lines, kind):
    """The lines of one kind, and what scripts counted themselves."""
    column = ("passed", "failed", "skipped").index(kind) + 1
    words = [line.split(maxsplit=4) for line in lines if line.strip()]
    return sum(int(it[column]) if it[0] == "counted" else it[0] == kind for it in words)


def indented(text):
    return "\n".join(f"  {line}" for line in text.splitlines() if line.strip())
