//! The plan of a release as a pure function: a plan, the hosts, what happened and a moment in; who may
//! go and who waits for what out, each with its sentence.
//!
//! Nothing here reads a clock, a file or a network. What happened is a list of [`Event`]s, which
//! whoever decides keeps; [`Rollout::apply`] takes each, [`Rollout::decide`] says what follows. What a
//! decision changes is itself events, [`Decision::events`]: they are kept and applied before anybody is
//! told, so that who decides next, after a crash or on another machine, decides the same.
//!
//! ```
//! # use nixfleet_rollout::{Event, Kind, May, Member, Phase, Plan, Report, Rollout, State};
//! let plan = Plan { sequence: 41, ..Plan::default() };
//! let host = Member { name: "web-01".into(), system: "/nix/store/new".into(), wave: None, tags: vec![], without_key: false };
//! let at = "2026-11-25T12:00:00Z".parse().unwrap();
//! let mut rollout = Rollout::new(plan, vec![host], at);
//!
//! let report = Report { running: "/nix/store/old".into(), ..Report::default() };
//! rollout.apply(&Event { at, kind: Kind::Report { host: "web-01".into(), report } });
//! let decision = rollout.decide(at);
//! decision.events.iter().for_each(|it| rollout.apply(it));
//! assert_eq!(decision.verdict("web-01").unwrap().may, May::Go { again: false });
//! ```

mod command;
mod cut;
mod decide;
mod decision;
mod event;
mod impossible;
mod known;
mod leave;
mod limits;
mod meets;
mod named;
mod now;
mod opens;
mod plan;
mod report;
mod rollout;
mod sentence;
mod stamp;
mod standing;
mod tally;
mod time;
mod track;
mod trouble;
mod view;
mod why;
mod window;
mod words;

pub use command::{Command, Unknown};
pub use decision::{Decision, May, State, Verdict, WaveState, WaveVerdict};
pub use event::{Event, Kind};
pub use impossible::{Impossible, impossible};
pub use limits::Limits;
pub use plan::{Member, Plan};
pub use report::{Phase, Report, WHY_LETTERS};
pub use rollout::Rollout;
pub use standing::Standing;
pub use tally::Tally;
pub use trouble::{Health, Trouble, TroubleKind, doubled};
pub use view::{HostView, View};
pub use why::{WHY_BYTES, WHY_INDENT, WHY_LINE_LETTERS, WHY_LINES, bounded, in_a_sentence};
