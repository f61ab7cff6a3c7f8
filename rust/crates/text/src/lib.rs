//! Text that people read. What others wrote comes in by one door, [`Foreign`], and whatever is written
//! goes out by another, [`output`], which takes [`Lines`] alone. A name that was mistyped is met by the
//! [`nearest`].

mod file;
mod foreign;
pub mod json;
mod lines;
mod name;
mod nearest;
pub mod output;
mod parser;
mod secret;
mod size;
mod visible;
mod word;

pub use file::{read_file, read_stream};
pub use foreign::Foreign;
pub use lines::Lines;
pub use name::is_label;
pub use nearest::{Names, nearest};
pub use secret::{conceal, is_private, is_secret_line};
pub use size::size;
pub use visible::{is_every, is_hidden, visible};
pub use word::word;
