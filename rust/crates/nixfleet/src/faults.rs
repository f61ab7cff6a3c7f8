//! What can be wrong with a fleet, and where it is written.

pub mod behind;
pub mod checks;
pub mod codes;
mod concealed;
pub mod eval;
mod fault;
pub mod fetched;
pub mod files;
pub mod git;
mod missing;
pub mod positions;
#[cfg(test)]
mod properties;
pub mod report;
pub mod source;
pub mod survey;
pub mod tracked;
pub mod ways_in;

pub use fault::{Fault, Problem, Severity};
