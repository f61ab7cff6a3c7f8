//! A fleet that is looked at, and what is told of it.

use crate::error::Error;
use crate::faults::eval::EvalArgs;
use crate::faults::report::Report;
use crate::faults::source::Sources;
use crate::faults::survey::Survey;
use crate::global::Global;

/// A fleet, and what of it is asked for.
pub struct Look<'a> {
    pub global: &'a Global,
    /// Only these; all where there is none.
    pub hosts: &'a [String],
    pub eval: &'a EvalArgs,
    /// What its files tell.
    pub survey: Survey,
    pub sources: Sources,
}

/// The faults; with them what kept from finding all, which is no fault of the fleet's author.
pub type Found = (Report, Option<Error>);
