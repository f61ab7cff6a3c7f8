"""What the book says that a control plane and an agent answer: metrics, and requests with what stands after their `?`."""

import json
import re

from markdown import BOOK, REPO

CRATES = REPO / "rust/crates"
METRIC = re.compile(r"\bnixfleet_[a-z_]*[a-z]\b")
REQUEST = re.compile(r"(?:call )?(GET|POST) (/[^\s`?]*)(?:\?(\S*))?")
# No metrics: the schema that a control plane has in a database, and one that was set aside.
OTHERS = {"nixfleet_damaged"}


def measured():
    """The metrics that the programs' sources make, by what makes them there."""
    plane = re.findall(r'\bmetric\(\s*"(\w+)"', (CRATES / "control-plane/src/metrics.rs").read_text())
    agent = re.findall(r'\btext\.(?:one|head)\(\s*"(\w+)"', (CRATES / "agent/src/report/metrics.rs").read_text())
    return {f"nixfleet_{it}" for it in plane} | {f"nixfleet_agent_{it}" for it in agent}


def metrics(book):
    known = measured()

    def check(name):
        return None if name in known or name in OTHERS else f"nothing measures `{name}`"

    rules = BOOK / "alerts.yml"
    cases = [("metrics of the programs", lambda: None if len(known) > 20 else "few were found: did the sources move?")]
    for page in book:
        if page.path.is_relative_to(BOOK):
            places = [(f"{page.name}:{line}", code) for line, code in page.code_words]
            places += [(block.place, block.text) for block in page.blocks]
            for place, text in places:
                cases += [(f"{place} `{name}`", lambda name=name: check(name)) for name in sorted(set(METRIC.findall(text)))]
    cases += [(f"alerts.yml `{name}`", lambda name=name: check(name)) for name in sorted(set(METRIC.findall(rules.read_text())))]
    return cases


def requests(book):
    """A request that the text names is one of the description, and so is what stands after its `?`."""
    described = json.loads((CRATES / "control-plane/src/openapi.json").read_text())["paths"]

    def check(method, path, query):
        if path == "/openapi.json":
            return None
        shapes = {re.sub(r"{[^}]*}", "[^/]+", shape): shape for shape in described}
        found = next((shape for pattern, shape in shapes.items() if re.fullmatch(pattern, path)), None)
        # Files of a release are below it.
        found = found or ("/v1/release" if path.startswith("/v1/release/") else None)
        operation = described.get(found, {}).get(method.lower())
        if operation is None:
            return f"the description has no `{method} {path}`"
        takes = {it["name"] for it in operation.get("parameters", []) if it.get("in") == "query"}
        unknown = [name for name in re.findall(r"(?:^|&)(\w+)=", query or "") if name not in takes]
        return f"`{method} {path}` takes no {', '.join(unknown)}: it takes {', '.join(sorted(takes))}" if unknown else None

    return [
        (f"{page.name}:{line} `{code}`", lambda found=found: check(*found.groups()))
        for page in book for line, code in page.code_words
        if (found := REQUEST.search(code)) and page.path.is_relative_to(BOOK)
    ]


CHECKS = [metrics, requests]
