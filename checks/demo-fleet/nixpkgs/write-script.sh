# shellcheck shell=bash disable=SC2154 # the derivation's attributes are its environment
# A text as an executable script: $out.
printf '#!/bin/sh\n%s\n' "$text" >"$out"
chmod +x "$out"
