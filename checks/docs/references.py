"""What is made from the source is up to date, and options, files and codes that the text names are there."""

import re
import subprocess

from markdown import BOOK, REPO, Skipped, once

# A service's options in a block of Nix, where it may be a set of its own.
SERVICE = re.compile(r"\bservices\.nixfleet-[a-z-]+")
OPTION = re.compile(r"(?:nixfleet|hostSpec)(?:\.[a-zA-Z]\w*)+")


@once
def generated():
    ran = subprocess.run([REPO / "docs/generate", "--check"], capture_output=True, text=True)
    lines = (re.fullmatch(r"(current|stale|skipped) ([^:]+)(?:: (.*))?", it) for it in ran.stdout.splitlines())
    found = {it[2]: (it[1], it[3]) for it in lines if it}
    if not found:
        raise RuntimeError(ran.stderr)
    return found


def up_to_date(book):
    def check(name):
        state, reason = generated().get(name, ("stale", "docs/generate does not make it"))
        if state == "skipped":
            raise Skipped(reason)
        return reason if state == "stale" else None

    made = [page for page in book if page.path.parent == BOOK / "reference" and page.path.stem != "options"]
    cases = [(f"{page.name} is up to date", lambda page=page: check(page.path.name)) for page in made]
    return [*cases, ("the table of the standard tools is up to date", lambda: check("../standard-tools.md"))]


def options(book):
    """An option's name in the text is one of the reference, the beginning of one, or a part of one."""
    made = [page for page in book if page.path.parent == BOOK / "reference" and page.path.stem != "options"]
    names = {it for page in made for anchor in page.prose for it in re.findall(r"^## `([^`]+)`", anchor[1])}

    def check(name):
        # `nixfleet.lib.mkHost`, a function; `nixfleet.nixosModules.disks.ext4`, a module.
        first = name.split(".")[1]
        if name.startswith("nixfleet.") and first in ("lib", "nixosModules", "darwinModules", "hosts", *names):
            return None
        is_known = any(it == name or it.startswith(f"{name}.") or name.startswith(f"{it}.") for it in names)
        return None if is_known else f"there is no option `{name}`"

    cases = []
    for page in book:
        if page.path.is_relative_to(BOOK / "faults") or page in made:
            continue
        for line, code in page.code_words:
            for name in OPTION.findall(code):
                cases.append((f"{page.name}:{line} `{name}`", lambda name=name: check(name)))
    return cases


def settings(book):
    """The options that a block of Nix sets: evaluating it finds those that there are not."""
    def check(block):
        names = sorted(set(SERVICE.findall(block.text)))
        return f"it sets options of {', '.join(names)}: write ```nix,module or ```nix,control-plane, so that it is evaluated" if names else None

    return [
        (f"{block.place} is evaluated", lambda block=block: check(block))
        for page in book if not page.path.is_relative_to(BOOK / "faults") and page.path.parent != BOOK / "reference"
        for block in page.blocks if block.language == "nix" and not block.marks
    ]


# Folders whose names are ours alone: `modules/` and `lib/` may be another project's, or the reader's.
PLACE = re.compile(r"(?:checks|rust|docs/src|docs/casts)/[\w./-]*\w")


def places(book):
    """A file or folder of the project that the text names is there."""
    return [
        (f"{page.name}:{line} `{code}`", lambda place=found[0]: None if (REPO / place).exists() else f"there is no `{place}`")
        for page in book if not page.path.is_relative_to(REPO / "templates")
        for line, code in page.code_words
        if (found := PLACE.match(code))
    ]


# Where the VM commands make a fault: `code: "…"`, `lacking("…"` or `fault("…"`.
VM_CODE = re.compile(r'(?:\bcode: |\blacking\(\s*|\bfault\(\s*)"([a-z]+(?:-[a-z]+)+)"')


def vm_codes(book):
    """Each code of the preflight is explained where one looks when nothing works."""
    page = BOOK / "vm-troubleshooting.md"
    explained = {code for it in book if it.path == page for _, code in it.code_words}
    sources = REPO.glob("rust/crates/vm/src/preflight*/**/*.rs"), REPO.glob("rust/crates/vm/src/preflight.rs")
    codes = {code for paths in sources for path in paths for code in VM_CODE.findall(path.read_text())}

    def check(code):
        return None if code in explained else f"{page.relative_to(REPO)} does not explain `{code}`"

    def any_found():
        return None if codes else "no code was found: did the sources move?"

    return [("codes of the preflight", any_found)] + [
        (f"code {code}", lambda code=code: check(code)) for code in sorted(codes)
    ]


CHECKS = [up_to_date, options, settings, places, vm_codes]
