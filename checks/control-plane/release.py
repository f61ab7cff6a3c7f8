#!/usr/bin/env -S python3 -B
"""Prints a signed release of several hosts, as a control plane is brought one: its files in one JSON object.

  release.py --key FILE --sequence N --system PATH --cache URL --cache-key KEY --waves JSON HOST=KEYFILE=WAVE…
"""
import argparse
import datetime
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../agent"))
from signed import closure, sha256, signature  # noqa: E402

parser = argparse.ArgumentParser()
for name in ["key", "system", "cache", "cache-key", "waves"]:
    parser.add_argument(f"--{name}", required=True)
parser.add_argument("--sequence", type=int, required=True)
parser.add_argument("hosts", nargs="+")
args = parser.parse_args()

files, hashes, whole = {}, {}, closure(args.system)
for host in args.hosts:
    name, key, wave = host.split("=")
    entry = json.dumps({
        "format": 1, "name": name, "hostKey": open(key).read().strip(), "platform": "x86_64-linux",
        "system": args.system, "closure": whole, "wave": wave, "salt": os.urandom(16).hex(),
    })
    files[f"hosts/{name}.json"], hashes[name] = entry, sha256(entry.encode())
head = json.dumps({
    "format": 1, "fleet": "demo", "sequence": args.sequence,
    "created": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "signers": {"keys": [open(f"{args.key}.pub").read().strip()], "threshold": 1},
    "caches": [{"url": args.cache, "key": args.cache_key}], "waves": json.loads(args.waves), "hosts": hashes,
})
files["release.json"] = head
files["release.json.sig"] = signature(head.encode(), args.key).decode()
print(json.dumps(files))
