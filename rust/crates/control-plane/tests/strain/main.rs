//! The doors under strain: too many who come, too much that is brought, and those who take their time.

mod bringing;
#[path = "../common/mod.rs"]
mod common;
mod heads;
mod heard;
mod leaving;
mod readers;
#[cfg(target_os = "linux")]
mod slow;
mod thousands;
