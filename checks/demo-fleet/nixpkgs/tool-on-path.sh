# shellcheck shell=bash disable=SC2154 # the derivation's attributes are its environment
# A package whose `nixfleet` is the one on PATH, so that the apps run the tool under test.
mkdir -p "$out/bin"
printf '#!/bin/sh\nexec nixfleet "$@"\n' >"$out/bin/nixfleet"
chmod +x "$out/bin/nixfleet"
