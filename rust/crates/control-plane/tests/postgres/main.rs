//! The control plane over a database of a server: what one does over a file, several, and the way from
//! the one to the other.

#[path = "../common/mod.rs"]
mod common;
#[path = "../doors/mod.rs"]
mod doors;
mod moving;
mod secured;
mod several;
