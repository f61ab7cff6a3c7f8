"""What the book and the README show of the tool is what it says; every picture of it is shown, and described."""

import re
import shutil
import subprocess

from markdown import BOOK, REPO, Skipped, once

CASTS = BOOK / "casts"
# Another file or site, and a folder that only the machine has where it was recorded.
ELSEWHERE = re.compile(r"https?://[\w./]+|url\(|<script|@import|(?<=[\s`(>])/(?!usr/|nix/|dev/)\w+/\w+")
RECORD = REPO / "docs/casts/record"


@once
def recorded():
    ran = subprocess.run([RECORD, "--check"], capture_output=True, text=True)
    lines = (re.fullmatch(r"(current|stale) ([^:]+)(?:: (.*))?", it) for it in ran.stdout.splitlines())
    found = {it[2]: it[3] for it in lines if it}
    # It ends badly where a picture is stale, and says which; where it says none, it broke on the way.
    if not found or (ran.returncode and not any(found.values())):
        raise RuntimeError(ran.stderr)
    return found


def up_to_date(book):
    def check():
        if missing := [it for it in ("nix", "nixfleet") if not shutil.which(it)]:
            raise Skipped(f"`{missing[0]}` is not on PATH")
        return "; ".join(f"{name}: {reason}" for name, reason in recorded().items() if reason)

    return [("casts are up to date", check)]


def stand_alone(book):
    """A picture names nothing elsewhere, not the machine that it was made on, and says what it shows."""

    def check(path):
        text = path.read_text().replace('xmlns="http://www.w3.org/2000/svg"', "")
        drawn = text.split("<style>")[1]
        wrong = [f"it has `{it}`" for it in ELSEWHERE.findall(drawn)]
        wrong += [f"it has no {it}" for it in ("title", "desc") if not re.search(f"<{it} [^>]*>[^<]", text)]
        shown = any(f"casts/{path.name})" in page.path.read_text() for page in book)
        return "; ".join(wrong if shown else [*wrong, "no page shows it"])

    return [(f"cast {path.name}", lambda path=path: check(path)) for path in sorted(CASTS.glob("*.svg"))]


CHECKS = [up_to_date, stand_alone]
