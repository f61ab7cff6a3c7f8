"""Every link leads somewhere, and every page can be found."""

from markdown import BOOK, REPO

SUMMARY = BOOK / "SUMMARY.md"


def resolve(book):
    by_path = {page.path: page for page in book}

    def check(page):
        wrong = [f"it includes {file}, which is not there" for file in page.missing_includes]
        for line, path, anchor in page.links:
            shown = path.relative_to(REPO) if path.is_relative_to(REPO) else path
            if not path.exists():
                wrong.append(f"line {line} links to {shown}, which is not there")
            elif anchor and path in by_path and anchor not in by_path[path].anchors:
                wrong.append(f"line {line} links to #{anchor}, and {shown} has no such heading")
            elif page.path.is_relative_to(BOOK) and path.is_file() and not path.is_relative_to(BOOK):
                wrong.append(f"line {line} links to {shown}, which is outside of the book")
        return "; ".join(wrong)

    return [(f"links of {page.name}", lambda page=page: check(page)) for page in book]


def found(book):
    """A page of the book has a line in its table of contents, and a fault one in the list of faults."""
    linked = {page.path: {path for _, path, _ in page.links} for page in book}

    def check(page, list_page):
        if page.path not in linked.get(list_page, set()):
            return f"{list_page.relative_to(REPO)} has no link to it"

    cases = []
    for page in book:
        if page.path.is_relative_to(BOOK) and page.path != SUMMARY:
            cases.append((f"contents: {page.name}", lambda page=page: check(page, SUMMARY)))
        if page.path.parent == BOOK / "faults":
            cases.append((f"faults: {page.name}", lambda page=page: check(page, BOOK / "faults.md")))
    return cases


CHECKS = [resolve, found]
