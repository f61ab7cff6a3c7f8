# A text as an executable script: $out.
printf '#!/bin/sh\n%s\n' "$text" >"$out"
chmod +x "$out"
