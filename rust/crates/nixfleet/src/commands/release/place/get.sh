# Writes the files of the release in the folder $1, each after a line with its size and name: the
# head and the signatures, and with $2 the hosts' entries.
set -eu
cd "$1" 2>/dev/null || exit 0
set -- release.json release.json.sig ${2:+hosts/*.json}
for file; do
  if [ -f "$file" ]; then
    echo "$(($(wc -c <"$file"))) $file"
    cat "$file"
  fi
done
