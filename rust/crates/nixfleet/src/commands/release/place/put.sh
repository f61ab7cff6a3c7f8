# Puts a release into the folder $1: its number is $2, its files come as tar writes them. What is
# there is replaced by renaming, and the head, which says which entries belong to it, comes last.
#
# Of two that publish at once, each having seen the release before, one gets the number: a hard link
# is made or is there (link(2)). The other ends with 75, and has changed nothing.
set -eu
umask 022
case $1 in -*) set -- "./$1" "$2" ;; esac
mkdir -p "$1/releases"
# What was killed left its files; nobody takes a day.
find "$1"/.incoming.* -prune -mtime +0 -exec rm -rf {} + 2>/dev/null || :
new=$(mktemp -d "$1/.incoming.XXXXXX")
trap 'rm -rf "$new"' EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM
tar -x -f - -C "$new"
taken=$1/releases/.$2.head
if ! ln "$new/release.json" "$taken" 2>/dev/null && [ -e "$taken" ]; then
  cmp -s "$new/release.json" "$taken" || exit 75
fi
if [ -e "$1/releases/$2" ]; then mv "$1/releases/$2" "$new/release.before"; fi
mv "$new/releases/$2" "$1/releases/$2"
if [ -d "$new/rotations" ]; then
  mkdir -p "$1/rotations"
  mv -f "$new/rotations"/* "$1/rotations/"
fi
# Between the two the signatures of both are there: whenever it is cut off, those of the head are.
if [ -d "$new/between" ]; then mv -f "$new/between/release.json.sig" "$1/release.json.sig"; fi
if [ -e "$1/hosts" ]; then mv "$1/hosts" "$new/hosts.before"; fi
mv "$new/hosts" "$1/hosts"
mv -f "$new/release.json" "$1/release.json"
mv -f "$new/release.json.sig" "$1/release.json.sig"
