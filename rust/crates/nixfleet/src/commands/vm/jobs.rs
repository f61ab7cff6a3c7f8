//! How many VMs run at a time. What a host declares is known once it is built, so the number is what
//! the smallest would allow, and larger ones wait for each other in a room.

use std::sync::Arc;

use nixfleet_vm::install::OVERHEAD;
use nixfleet_vm::room::{Room, Share};

use crate::side_by_side::{free_memory, processors};

/// What a VM takes at least while it is installed, in MiB.
const MEMORY: u32 = 2048;

/// The room that hosts share when the user has not said how many at a time.
pub fn room(jobs: Option<u16>) -> Option<Arc<Room>> {
    let whole = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
    let memory = free_memory().filter(|_| jobs.is_none()).map(whole)?;
    Some(Arc::new(Room::new(Share { memory, cores: whole(processors()) })))
}

/// What the user said of each VM, and how it is run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Each {
    /// Its memory in MiB.
    pub memory: Option<u32>,
    /// Its processors.
    pub cores: Option<u32>,
    /// Whether it is emulated in software.
    pub software: bool,
}

/// How many VMs this machine's processors and free memory allow.
pub fn fitting(each: Each) -> usize {
    fit(processors(), free_memory(), each)
}

/// What each of so many VMs has of this machine's processors; none where there is one alone.
pub fn share(at_a_time: usize) -> Option<u32> {
    let share = processors() / at_a_time.max(1);
    (at_a_time > 1).then(|| u32::try_from(share.max(1)).unwrap_or(u32::MAX))
}

/// Two processors each, unless said otherwise; one where they are emulated, as `Run::cores` has it
/// then. One VM is run whatever there is.
fn fit(processors: usize, free: Option<usize>, Each { memory, cores, software }: Each) -> usize {
    let each = (memory.unwrap_or(MEMORY).max(MEMORY) + OVERHEAD) as usize;
    let by_memory = free.map_or(1, |it| it / each);
    let usual = if software { 1 } else { 2 };
    let by_processors = processors / (cores.unwrap_or(usual).max(1) as usize);
    by_processors.min(by_memory).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_vms_run_as_processors_and_memory_allow() {
        let each = |memory, cores| Each { memory, cores, software: false };
        assert_eq!(fit(8, Some(64_000), Each::default()), 4);
        assert_eq!(fit(8, Some(64_000), Each { software: true, ..Each::default() }), 8);
        assert_eq!(fit(8, Some(6_000), Each::default()), 2);
        assert_eq!(fit(8, Some(64_000), each(None, Some(4))), 2);
        assert_eq!(fit(8, Some(20_000), each(Some(8192), None)), 2);
        assert_eq!(fit(1, Some(500), Each::default()), 1);
        assert_eq!(fit(8, None, Each::default()), 1);
    }

    #[test]
    fn one_alone_has_all_and_several_have_their_share() {
        assert_eq!(share(1), None);
        assert_eq!(share(2).map(|it| it as usize), Some((processors() / 2).max(1)));
        assert_eq!(share(1000), Some(1));
    }
}
