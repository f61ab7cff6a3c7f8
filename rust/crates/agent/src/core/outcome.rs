//! How a try ended, and the sentence that says so.

use nixfleet_rollout::in_a_sentence;
use serde::{Deserialize, Serialize};

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Outcome {
    /// The system runs, held, and is the boot default.
    Committed,
    /// It failed here, and the old system is back.
    Reverted {
        /// What failed.
        why: String,
    },
    /// It failed here, and so did going back, where a restart would bring nothing back either.
    Stranded {
        /// What failed.
        why: String,
    },
    /// It was not begun, since something stood against it.
    Refused {
        /// What.
        why: String,
    },
    /// It was cut short through no fault of its own; the old system runs.
    Interrupted {
        /// By what.
        why: String,
    },
    /// Somebody switched the machine by hand meanwhile.
    Overridden,
    /// All steps up to the guard were done, as a dry run.
    Shown,
}

impl Outcome {
    /// The sentence for people; `sequence` is the release's number.
    #[must_use]
    pub fn sentence(&self, sequence: u64) -> String {
        match self {
            Self::Committed => format!("release {sequence} runs, held, and is what boots"),
            Self::Reverted { why } => {
                let why = in_a_sentence(why);
                format!("release {sequence} failed here and the system before it is back: {why}")
            }
            Self::Stranded { why } => {
                let why = in_a_sentence(why);
                format!(
                    "release {sequence} failed here, and the system before it could not be brought back whole: {why}"
                )
            }
            Self::Refused { why } => {
                format!("release {sequence} was not begun: {}", in_a_sentence(why))
            }
            Self::Interrupted { why } => {
                format!("release {sequence} was cut short: {}", in_a_sentence(why))
            }
            Self::Overridden => {
                format!("release {sequence} was left, since this machine was switched by hand")
            }
            Self::Shown => {
                format!(
                    "release {sequence} would be tried: this is a dry run, and nothing was touched"
                )
            }
        }
    }
}
