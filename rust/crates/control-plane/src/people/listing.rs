//! Some of the hosts: those that are asked for, page by page.

use nixfleet_rollout::{HostView, Member, Standing, Verdict};
use serde::{Deserialize, Serialize};

use crate::core::Core;
use crate::store::PAGE;

/// Which hosts are asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Those with this tag.
    pub(crate) tag: Option<String>,
    /// Those that stand so.
    pub(crate) state: Option<Standing>,
    /// Those of this wave.
    pub(crate) wave: Option<String>,
    /// Those after this name.
    pub(crate) after: Option<String>,
    /// So many at most.
    pub(crate) limit: Option<usize>,
}

/// A page of hosts.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct HostPage {
    /// How many there are in all that were asked for.
    pub(crate) total: usize,
    /// Those of this page, by name.
    pub(crate) hosts: Vec<HostView>,
    /// The last name of this page, if there are more.
    pub(crate) next: Option<String>,
}

impl Which {
    /// A host's words are made for this page alone: a fleet has more hosts than a page.
    pub(super) fn of(&self, core: &Core) -> HostPage {
        let Some((rollout, decision)) = core.decision() else { return HostPage::default() };
        let is_asked_for = |member: &Member, wave: &str, verdict: &Verdict| {
            self.tag.as_ref().is_none_or(|tag| member.tags.contains(tag))
                && self.state.is_none_or(|state| verdict.standing == state)
                && self.wave.as_ref().is_none_or(|it| it == wave)
        };
        let all = rollout.hosts().zip(decision.verdicts());
        let names: Vec<&str> = all
            .filter(|((member, wave), (_, verdict))| is_asked_for(member, wave, verdict))
            .map(|(_, (name, _))| name)
            .collect();
        let limit = self.limit.unwrap_or(PAGE).clamp(1, PAGE);
        let after = self.after.as_deref();
        let rest = &names[names.partition_point(|it| Some(*it) <= after)..];
        let page = &rest[..rest.len().min(limit)];
        let view = |name: &&str| rollout.host_view(decision, name);
        HostPage {
            total: names.len(),
            hosts: page.iter().filter_map(view).collect(),
            next: page.last().filter(|_| rest.len() > limit).map(|it| (*it).to_owned()),
        }
    }
}
