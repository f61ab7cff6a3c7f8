//! What people and programs read.

pub mod page;
pub mod progress;
pub mod quote;
pub mod table;
pub mod wrap;
