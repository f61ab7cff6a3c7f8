//! How many evaluations this machine has room for.

use std::thread;

/// As many as there are processors, and as fit into the memory that is free.
pub fn default_jobs(max_memory: usize) -> usize {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let free = free_memory().map_or(1, |free| free / max_memory.max(1));
    processors.min(free).max(1)
}

/// In MiB; Linux alone tells without a call of our own.
fn free_memory() -> Option<usize> {
    let info = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = info.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<usize>().ok()? / 1024)
}
