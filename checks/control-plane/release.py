#!/usr/bin/env python3
"""Prints a signed release of several hosts, as a control plane is brought one: its files in one JSON object.

  release.py --key FILE --sequence N --system PATH --cache URL --cache-key KEY --waves JSON HOST=KEYFILE=WAVE…
"""
import argparse
import base64
import datetime
import hashlib
import json
import os
import subprocess


def sha256(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def closure(system):
    infos = json.loads(subprocess.check_output(["nix", "path-info", "--json", "--recursive", system]))
    lines = []
    for path, info in infos.items():
        digest = base64.b64decode(info["narHash"].removeprefix("sha256-"))
        lines.append(f"{path} {digest.hex()}\n")
    return sha256("".join(sorted(lines)).encode())


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
files["release.json.sig"] = subprocess.run(
    ["ssh-keygen", "-q", "-Y", "sign", "-f", args.key, "-n", "nixfleet-release@1"],
    input=head.encode(), stdout=subprocess.PIPE, check=True).stdout.decode()
print(json.dumps(files))
