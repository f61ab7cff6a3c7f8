//! Text that people read: what others wrote comes through one door, [`Foreign`], and a name that was
//! mistyped is met by the [`nearest`].

mod foreign;
mod name;
mod nearest;
mod visible;

pub use foreign::Foreign;
pub use name::is_label;
pub use nearest::nearest;
pub use visible::{is_hidden, visible};
