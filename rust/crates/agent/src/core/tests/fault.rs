//! What can happen to an agent and its machine around one action.

use proptest::prelude::*;

/// What happens around one action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// The agent is ended before the action.
    EndedBefore,
    /// The agent is ended after it, before its answer is written down.
    EndedAfter,
    /// The power is cut before the action.
    PowerBefore,
    /// The power is cut after it.
    PowerAfter,
    /// The power is cut in the middle of it.
    PowerWithin,
    /// The action fails.
    Fails,
    /// Somebody switches the machine by hand, and the agent is restarted by it.
    ByHand,
    /// The same, and the agent goes on.
    Meanwhile,
    /// Somebody goes back by hand, and the agent goes on.
    GoneBack,
    /// What was written down is lost, and the agent is restarted.
    Forgotten,
}

pub fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        6 => Just(Fault::None),
        1 => Just(Fault::EndedBefore),
        1 => Just(Fault::EndedAfter),
        1 => Just(Fault::PowerBefore),
        1 => Just(Fault::PowerAfter),
        1 => Just(Fault::PowerWithin),
        1 => Just(Fault::Forgotten),
        2 => Just(Fault::Fails),
    ]
}
