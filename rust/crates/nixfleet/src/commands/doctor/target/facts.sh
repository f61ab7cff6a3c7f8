# What `doctor` asks of a target, a word and its value a line; `end` when all was asked.
. /etc/os-release 2>/dev/null
echo "system ${PRETTY_NAME:-$(uname -s)}"
echo "variant ${VARIANT_ID:-}"
echo "name $(uname -n)"
echo "kernel $(uname -s)"
echo "arch $(uname -m)"
echo "user $(id -u)"
if sudo -n true 2>/dev/null || doas -n true 2>/dev/null; then echo "sudo yes"; fi
sed -n 's/^MemTotal: *\([0-9]*\) kB/memory \1/p' /proc/meminfo 2>/dev/null
if [ -d /sys/firmware/efi ]; then echo "boot uefi"; else echo "boot bios"; fi
for program in tar cpio setsid; do
  command -v $program >/dev/null || echo "without $program"
done
echo "container $(systemd-detect-virt --container 2>/dev/null)"
echo "kexec $(cat /proc/sys/kernel/kexec_load_disabled 2>/dev/null)"
echo "lockdown $(cat /sys/kernel/security/lockdown 2>/dev/null)"
for disk in /sys/block/*; do
  name=${disk##*/}
  case $name in loop* | ram* | zram* | sr* | fd* | dm-* | md* | nbd* | \*) continue ;; esac
  echo "disk /dev/$(echo "$name" | tr '!' /) $(cat "$disk/size" 2>/dev/null)"
done
for link in /dev/disk/by-*/*; do
  [ -e "$link" ] && echo "link $link $(readlink -f "$link")"
done
echo "end"
