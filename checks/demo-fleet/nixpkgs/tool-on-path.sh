# shellcheck shell=bash disable=SC2154 # the derivation's attributes are its environment
# A package whose `nixfleet` is the one on PATH, so that the apps run the tool under test.
mkdir -p "$out/bin"
cat >"$out/bin/nixfleet" <<'EOF'
#!/bin/sh
command -v nixfleet >/dev/null || {
  echo "the demo fleet's apps run the \`nixfleet\` on PATH, and there is none: run \`cargo build --release\` in rust/, and put its target/release on PATH" >&2
  exit 3
}
exec nixfleet "$@"
EOF
chmod +x "$out/bin/nixfleet"
