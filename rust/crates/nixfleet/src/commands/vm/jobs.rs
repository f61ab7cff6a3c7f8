//! How many VMs run at a time. What a host declares is known once it is built, so the number is what
//! the smallest would allow, and larger ones wait for each other in a room.

use std::sync::Arc;

use nixfleet_vm::room::{Room, Share};

use crate::side_by_side::{free_memory, processors};

/// What a VM takes at least while it is installed, in MiB, and what QEMU itself takes.
const MEMORY: u32 = 2048;
const OVERHEAD: u32 = 512;

/// The room that hosts share when the user has not said how many at a time.
pub fn room(jobs: Option<u16>) -> Option<Arc<Room>> {
    let whole = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
    let memory = free_memory().filter(|_| jobs.is_none()).map(whole)?;
    Some(Arc::new(Room::new(Share { memory, cores: whole(processors()) })))
}

/// How many VMs this machine's processors and free memory allow, each with the memory in MiB and
/// the processors that the user gave it.
pub fn fitting(memory: Option<u32>, cores: Option<u32>) -> usize {
    fit(processors(), free_memory(), memory, cores)
}

/// Two processors each, unless said otherwise. One VM is run whatever there is.
fn fit(processors: usize, free: Option<usize>, memory: Option<u32>, cores: Option<u32>) -> usize {
    let each = (memory.unwrap_or(MEMORY).max(MEMORY) + OVERHEAD) as usize;
    let by_memory = free.map_or(1, |it| it / each);
    let by_processors = processors / (cores.unwrap_or(2).max(1) as usize);
    by_processors.min(by_memory).max(1)
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
}
