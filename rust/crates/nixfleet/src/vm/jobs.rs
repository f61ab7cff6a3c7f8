//! Several hosts at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use nixfleet_vm::Phase;
use nixfleet_vm::preflight::Plan;
use nixfleet_vm::report::{HostReport, PhaseReport};
use nixfleet_vm::state::Folder;

use super::fleet::VmFleet;

/// What a VM takes at least while it is installed, in MiB, and what QEMU itself takes.
const MEMORY: u32 = 2048;
const OVERHEAD: u32 = 512;

/// Does the work for each host; the reports have the order of the hosts.
pub fn run(
    fleet: &VmFleet,
    jobs: Option<u16>,
    work: impl Fn(&Plan, &Folder) -> HostReport + Sync,
) -> Vec<HostReport> {
    let (memory, cores) = (fleet.options.memory, fleet.options.cores);
    let jobs = jobs.map_or_else(|| fitting(memory, cores), usize::from);
    each(&fleet.hosts, jobs, |(plan, folder)| {
        let mut report = work(plan, folder);
        let seconds = fleet.preflight.as_secs_f64();
        report.seconds += seconds;
        report.phases.insert(0, PhaseReport { phase: Phase::Preflight, seconds, held: true });
        report
    })
}

/// How many VMs this machine's processors and free memory allow, each with the memory in MiB and
/// the processors that the user gave it.
pub fn fitting(memory: Option<u32>, cores: Option<u32>) -> usize {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    fit(processors, free_memory(), memory, cores)
}

/// Two processors each, unless said otherwise. One VM is run whatever there is.
fn fit(processors: usize, free: Option<u64>, memory: Option<u32>, cores: Option<u32>) -> usize {
    let each = u64::from(memory.unwrap_or(MEMORY).max(MEMORY)) + u64::from(OVERHEAD);
    let by_memory = free.and_then(|it| usize::try_from(it / each).ok()).unwrap_or(1);
    let by_processors = processors / usize::try_from(cores.unwrap_or(2)).unwrap_or(1).max(1);
    by_processors.min(by_memory).max(1)
}

/// The memory that can be had, in MiB; `None` where Linux's way of telling it is not there.
fn free_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|it| it.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kibibytes / 1024)
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_vms_run_as_processors_and_memory_allow() {
        assert_eq!(fit(8, Some(64_000), None, None), 4);
        assert_eq!(fit(8, Some(6_000), None, None), 2);
        assert_eq!(fit(8, Some(64_000), None, Some(4)), 2);
        assert_eq!(fit(8, Some(20_000), Some(8192), None), 2);
        assert_eq!(fit(1, Some(500), None, None), 1);
        assert_eq!(fit(8, None, None, None), 1);
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
