//! How many evaluations this machine has room for.

use crate::side_by_side::{free_memory, processors};

/// What one evaluation may take, in MiB, unless the user says otherwise.
pub const MAX_MEMORY: usize = 4096;

/// As many as there are processors, and as fit into the memory that is free.
pub fn default_jobs(max_memory: usize) -> usize {
    let by_memory = free_memory().map_or(1, |free| free / max_memory.max(1));
    processors().min(by_memory).max(1)
}
