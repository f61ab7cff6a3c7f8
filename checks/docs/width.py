"""Lines of code fit on the page of a book on a desktop: what is wider has to be scrolled to."""

from markdown import BOOK

# What mdBook's column of 750 px has room for. Text and commands go on in the next line instead.
WIDEST = 86
SCROLLED = {"nix", "json", "yaml", "console"}


def blocks(book):
    def check(block):
        wide = [line for line in block.lines for line in line.splitlines() if len(line) > WIDEST]
        return f"{len(wide[0])} characters, where {WIDEST} fit: `{wide[0].strip()}`" if wide else None

    return [
        (f"{block.place} fits", lambda block=block: check(block))
        for page in book if page.path.is_relative_to(BOOK)
        # Inputs of the faults have whole keys in them, and are as the tests have them.
        if page.path.parent != BOOK / "faults"
        for block in page.blocks if block.language in SCROLLED
    ]


CHECKS = [blocks]
