//! Work on many things, several at a time, as far as this machine has room.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use nixfleet_nix::process;

/// How long a program may take to tell what is free.
const PATIENCE: Duration = Duration::from_secs(5);

/// Does the work for each item, so many at a time; the results have the order of the items.
pub fn each<T: Sync, R: Send>(items: &[T], jobs: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    // A QEMU ends with the thread that started it, so each thread stays until its VM is done.
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, items.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { break };
                    let result = work(item);
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// How many processors there are.
pub fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// The memory that can be had, in MiB; `None` where neither Linux nor macOS tells.
pub fn free_memory() -> Option<usize> {
    if let Ok(text) = std::fs::read_to_string("/proc/meminfo") {
        return of_linux(&text);
    }
    let said = process::output(&mut Command::new("vm_stat"), PATIENCE).ok()?;
    of_macos(said.stdout.raw())
}

/// proc(5).
fn of_linux(meminfo: &str) -> Option<usize> {
    let line = meminfo.lines().find_map(|it| it.strip_prefix("MemAvailable:"))?;
    let kibibytes: usize = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kibibytes / 1024)
}

/// Pages that nobody has, or has not used for long (`vm_stat(1)` of macOS).
fn of_macos(vm_stat: &str) -> Option<usize> {
    let size = vm_stat.lines().next()?.split("page size of ").nth(1)?;
    let size: usize = size.split(' ').next()?.parse().ok()?;
    let pages = |kind: &str| {
        let line = vm_stat.lines().find_map(|it| it.strip_prefix(kind)?.strip_prefix(':'))?;
        line.trim().trim_end_matches('.').parse::<usize>().ok()
    };
    let free: usize = pages("Pages free")? + pages("Pages inactive")? + pages("Pages speculative")?;
    Some(free.saturating_mul(size) >> 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linux_and_macos_tell_what_is_free() {
        let linux = "MemTotal:       16384000 kB\nMemAvailable:    8192000 kB\n";
        assert_eq!(of_linux(linux), Some(8_000));
        let macos = "Mach Virtual Memory Statistics: (page size of 16384 bytes)\n\
            Pages free:                               65536.\nPages active:                            262144.\n\
            Pages inactive:                          131072.\nPages speculative:                         6400.\n";
        assert_eq!(of_macos(macos), Some(3_172));
        assert_eq!((of_linux(""), of_macos("")), (None, None));
    }

    #[test]
    fn results_have_the_order_of_the_items() {
        let items: Vec<u64> = (0..20).collect();
        let slow = |it: &u64| {
            thread::sleep(std::time::Duration::from_millis(20 - it));
            it * 2
        };
        let expected: Vec<u64> = items.iter().map(|it| it * 2).collect();
        assert_eq!(each(&items, 4, slow), expected);
        assert!(each(&[] as &[u64], 4, slow).is_empty());
    }
}
