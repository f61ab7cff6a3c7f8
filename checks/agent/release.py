#!/usr/bin/env -S python3 -B
"""Writes and signs a release by hand, for tests of what a host takes and what it refuses.

  release.py FOLDER --key FILE… [--sequence N] [--fleet NAME] [--host NAME] --system PATH
             [--signers FILE.pub…] [--threshold N] [--cache URL… --cache-key KEY] [--closure HASH] [--created TIME]
             [--waves JSON --wave NAME]
"""
import argparse
import datetime
import json
import os

from signed import closure, sha256, signature


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    for name in ["system", "cache-key", "closure", "created", "closure-size", "waves", "wave"]:
        parser.add_argument(f"--{name}")
    for name in ["key", "signers", "cache"]:
        parser.add_argument(f"--{name}", nargs="*", default=[])
    parser.add_argument("--threshold", type=int)
    parser.add_argument("--sequence", type=int, default=1)
    parser.add_argument("--fleet", default="demo")
    parser.add_argument("--host", default="guest")
    args = parser.parse_args()
    os.makedirs(f"{args.folder}/hosts", exist_ok=True)
    entry = json.dumps({
        "format": 1, "name": args.host, "platform": "x86_64-linux", "system": args.system,
        "closure": args.closure or closure(args.system), "salt": os.urandom(16).hex(),
        **({"closureSize": int(args.closure_size)} if args.closure_size else {}),
        **({"wave": args.wave} if args.wave else {}),
    }).encode()
    head = json.dumps({
        "format": 1, "fleet": args.fleet, "sequence": args.sequence,
        "created": args.created or datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "signers": {
            "keys": [open(file).read().strip() for file in args.signers or [f"{key}.pub" for key in args.key]],
            "threshold": args.threshold or len(args.signers or args.key),
        },
        **({"waves": json.loads(args.waves)} if args.waves else {}),
        "caches": [{"url": url, "key": args.cache_key} for url in args.cache],
        "hosts": {args.host: sha256(entry)},
    }).encode()
    write(f"{args.folder}/hosts/{args.host}.json", entry)
    write(f"{args.folder}/release.json.sig", b"".join(signature(head, key) for key in args.key))
    write(f"{args.folder}/release.json", head)


def write(path, data):
    with open(path + ".new", "wb") as file:
        file.write(data)
    os.replace(path + ".new", path)


main()
