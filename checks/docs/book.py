"""The book builds, and in what is built every link leads somewhere: mdBook makes the ids of headings."""

import shutil
import subprocess
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown import BOOK, REPO, Skipped, once


class Built(HTMLParser):
    """A page as mdBook made it: the ids in it, and what it refers to."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.references = set(), []
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids.add(attributes.get("id"))
        self.references += [attributes[it] for it in ("href", "src") if attributes.get(it)]


@once
def built():
    """Pages by their path in a built book, and the folder of it; or what mdBook said."""
    if not shutil.which("mdbook"):
        raise Skipped("`mdbook` is not on PATH")
    folder = Path(tempfile.mkdtemp())
    try:
        ran = subprocess.run([REPO / "docs/build", folder], capture_output=True, text=True)
        pages = {path.relative_to(folder): Built(path) for path in folder.rglob("*.html")}
        files = {path.relative_to(folder) for path in folder.rglob("*")}
        return ran.stderr.strip() if ran.returncode else None, pages, files
    finally:
        shutil.rmtree(folder)


def builds():
    return built()[0]


def leads_somewhere(page):
    _, pages, files = built()
    wrong = []
    for reference in pages[page].references if page in pages else []:
        parts = urlsplit(reference)
        if parts.scheme or parts.netloc:
            continue
        path = page if not parts.path else resolved(page.parent / unquote(parts.path))
        if path not in files:
            wrong.append(f"it refers to {reference}, which is not in the built book")
        elif parts.fragment and path in pages and unquote(parts.fragment) not in pages[path].ids:
            wrong.append(f"it links to {reference}, and there is no such place")
    return "; ".join(wrong) if page in pages else "it is not in the built book"


def resolved(path):
    """A relative path without `..`."""
    parts = []
    for part in path.parts:
        parts = parts[:-1] if part == ".." and parts else [*parts, part]
    return Path(*parts)


def html_of(page):
    """mdBook names the page of a chapter after its file, and that of a README `index`."""
    path = page.path.relative_to(BOOK).with_suffix(".html")
    return path.with_name("index.html") if path.stem == "README" else path


def pages(book):
    chapters = [it for it in book if it.path.is_relative_to(BOOK) and it.path.name != "SUMMARY.md"]
    return [("the book builds without a warning", builds)] + [
        (f"built {page.name}", lambda page=html_of(page): leads_somewhere(page)) for page in chapters
    ]


CHECKS = [pages]
