# What `doctor` asks of a target, a word and its value a line.
. /etc/os-release 2>/dev/null
echo "system ${PRETTY_NAME:-$(uname -s)}"
echo "variant ${VARIANT_ID:-}"
echo "kernel $(uname -s)"
echo "arch $(uname -m)"
echo "user $(id -u)"
if sudo -n true 2>/dev/null; then echo "sudo yes"; fi
sed -n 's/^MemTotal: *\([0-9]*\) kB/memory \1/p' /proc/meminfo 2>/dev/null
if [ -d /sys/firmware/efi ]; then echo "boot uefi"; else echo "boot bios"; fi
for disk in /sys/block/*; do
  name=${disk##*/}
  case $name in loop* | ram* | zram* | sr* | fd* | dm-*) continue ;; esac
  echo "disk /dev/$name $(cat "$disk/size" 2>/dev/null)"
done
for link in /dev/disk/by-id/*; do
  [ -e "$link" ] && echo "name $link $(readlink -f "$link")"
done
