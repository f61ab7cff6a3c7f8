# Roots that were set aside, in the folder old-roots of the working directory, and their names: the
# time at which each was, which sorts. Other names are not ours. Each is kept for $keep seconds.
shopt -s nullglob

name() { date --utc --date "@$1" +%Y-%m-%dT%H:%M:%SZ; }

# Oldest first.
names() { (cd old-roots && printf '%s\n' ????-??-??T??:??:??Z); }

newest() { names | tail -n 1; }

seconds() { date --utc --date "$1" +%s; }

# A time that is certainly past: when the timer last found the clock set, or the last boot.
known_time() {
  local last
  if [ -e old-roots/.clock ]; then
    stat -c %Y old-roots/.clock
  elif last=$(newest) && [ -n "$last" ]; then
    seconds "$last"
  else
    date +%s
  fi
}

# Now, or where the clock is behind, just after what is there: a root must not look older than it is,
# nor two get one name.
next_name() {
  local now last
  now=$(date +%s)
  last=$(newest)
  if [ -e old-roots/.clock ] && ((now < $(known_time))); then now=$(known_time); fi
  if [ -n "$last" ] && ((now <= $(seconds "$last"))); then now=$(($(seconds "$last") + 1)); fi
  name "$now"
}

# --recursive, since programs such as systemd-machined make subvolumes below a root. One that can't be
# deleted must not keep the machine from booting.
delete() { btrfs subvolume delete --recursive "old-roots/$1"; }

delete_expired() {
  local old limit
  limit=$(name "$(($(date +%s) - keep))")
  names | while read -r old; do
    [ -n "$old" ] || continue
    if ((keep == 0)) || ! [[ "$old" > "$limit" ]]; then delete "$old" || true; fi
  done
}

# The oldest that can be. What it took is free once the file system's cleaner was there.
delete_oldest() {
  local old
  for old in $(names); do
    if delete "$old"; then
      timeout 30 btrfs subvolume sync . || true
      return 0
    fi
  done
  return 1
}

# Whether what is free is less than 1 GiB, or on a small disk than a twentieth.
is_short() {
  local size free numbers
  numbers=$(df --output=size,avail --block-size=1M . | tail -n 1)
  size=${numbers% *} free=${numbers##* }
  ((free < size / 20 && free < 1024))
}
