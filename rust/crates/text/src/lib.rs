//! Text that people read: what others wrote comes through one door, [`Foreign`], and a name that was
//! mistyped is met by the [`nearest`].

mod file;
mod foreign;
mod name;
mod nearest;
mod secret;
mod size;
mod visible;
mod word;

pub use file::{read_file, read_stream};
pub use foreign::Foreign;
pub use name::is_label;
pub use nearest::{Names, nearest};
pub use secret::{conceal, is_private, is_private_line};
pub use size::size;
pub use visible::{is_every, is_hidden, visible};
pub use word::word;
