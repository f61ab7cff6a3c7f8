//! What happens.

use proptest::prelude::*;
use proptest::sample::Index;

/// Something that happens.
#[derive(Debug, Clone)]
pub enum Op {
    /// Minutes pass, and those that are there are heard of.
    Pass(i64),
    /// A host asks, and does what it is answered.
    Ask(Index),
    /// A host that is on the way takes its next step; at the last it fails, or not.
    Step(Index, bool),
    /// A host goes away, or comes back.
    Turn(Index),
    /// A person says something.
    Say(Index, u8),
}

pub fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        2 => (1..40_i64).prop_map(Op::Pass),
        5 => any::<Index>().prop_map(Op::Ask),
        6 => (any::<Index>(), prop::bool::weighted(0.2)).prop_map(|(host, fails)| Op::Step(host, fails)),
        1 => any::<Index>().prop_map(Op::Turn),
        1 => (any::<Index>(), any::<u8>()).prop_map(|(host, word)| Op::Say(host, word)),
    ]
}
