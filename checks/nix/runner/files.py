"""The test files: which there are, and which are meant."""

from pathlib import Path


def chosen(kind, names, whole):
    folders = {"quick": ["plain", "with-inputs", "commands"], "real": ["real", "with-inputs"]}[kind]
    if kind == "real" and not whole:
        folders = []
    elif kind == "quick" and whole:
        folders += ["real"]
    there = [file for folder in folders for file in sorted(Path(folder).iterdir()) if is_test(file)]
    if not names:
        return there
    found = []
    for name in names:
        meant = [file for file in there if name in (str(file), file.name, file.stem)]
        if not meant:
            raise SystemExit(f"checks/nix/run: there is no test `{name}` in {', '.join(folders)}")
        found += meant
    return found


def is_test(file):
    return file.is_file() and (file.suffix == ".nix" or file.stat().st_mode & 0o100)
