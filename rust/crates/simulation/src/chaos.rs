//! What goes wrong in a run, and how often: all from its seed.

use fastrand::Rng;

/// A second of virtual time, in its unit.
pub const SECOND: u64 = 1_000;
pub const MINUTE: u64 = 60 * SECOND;
pub const HOUR: u64 = 60 * MINUTE;
pub const DAY: u64 = 24 * HOUR;

/// What goes wrong in a run.
#[derive(Debug, Clone)]
pub struct Chaos {
    pub seed: u64,
    pub hosts: usize,
    /// For how long things go wrong; afterwards all is well, and everything has to come to its end.
    pub lasts: u64,
    /// How many releases there are.
    pub releases: u64,
    /// Of a hundred messages, so many are lost, and so many come twice.
    pub loss: f64,
    pub doubles: f64,
    /// The longest way of a message.
    pub delay: u64,
    /// How likely something goes wrong around one action of an agent.
    pub faults: f64,
    /// How likely a release is bad for a host.
    pub bad: f64,
    /// How often a day a host is cut off, or goes away for up to a month.
    pub cut_off: f64,
    pub away: f64,
    /// How many control planes there are, over one database.
    pub planes: usize,
    /// How likely a control plane is ended by one message, or while it decides.
    pub ends: f64,
    /// How often a day one of several does not reach the database.
    pub cut_stores: f64,
    /// How often a day the database is lost or put back, a clock jumps, somebody says something.
    pub losses: f64,
    pub jumps: f64,
    pub words: f64,
    /// Whether people give away the room that failed hosts take.
    pub bold: bool,
    /// How likely an answer, or what is handed out, is that of a control plane that means harm.
    pub hostile: f64,
    /// How long the control plane goes on before it decides again.
    pub decides_every: u64,
}

impl Chaos {
    pub fn of(seed: u64, hosts: Option<usize>) -> Self {
        let mut rng = Rng::with_seed(seed);
        let is_large = hosts.is_some_and(|it| it > 100);
        // In most runs most things go well, so that what goes wrong meets something.
        let mut often = |most: f64| match rng.u8(0..4) {
            0 => most,
            1 => most / 8.0,
            _ => 0.0,
        };
        let (loss, doubles, faults, bad) = (often(0.3), often(0.3), often(0.3), often(0.6));
        let (cut_off, away, ends) = (often(6.0), often(0.4), often(0.05));
        let (losses, jumps, words) = (often(1.0), often(6.0), often(24.0));
        // Each fourth run has several.
        let planes = if seed.is_multiple_of(4) { 2 + usize::from(rng.bool()) } else { 1 };
        let cut_stores = if planes > 1 { [0.0, 4.0, 24.0][rng.usize(0..3)] } else { 0.0 };
        Self {
            seed,
            loss,
            doubles,
            faults,
            bad,
            cut_off,
            away,
            // Each of many messages may end it, and each start takes a while.
            ends: hosts
                .filter(|_| is_large)
                .map_or(ends, |it| ends * 10.0 / f64::from(u32::try_from(it).unwrap_or(u32::MAX))),
            planes,
            cut_stores,
            losses,
            jumps,
            words,
            hosts: hosts.unwrap_or_else(|| rng.usize(1..12)),
            lasts: if is_large { 4 * HOUR } else { rng.u64(6..72) * HOUR },
            releases: rng.u64(1..5),
            delay: [100, 5 * SECOND, 90 * SECOND][rng.usize(0..3)],
            bold: rng.bool(),
            decides_every: hosts.filter(|_| is_large).map_or(100, |it| it as u64 / 2),
            hostile: [0.3, 0.03, 0.0, 0.0][rng.usize(0..4)],
        }
    }

    /// Whether nothing goes wrong that keeps a release from its hosts.
    pub fn is_none(&self) -> bool {
        let Self { faults, bad, words, cut_off, away, ends, losses, hostile, cut_stores, .. } =
            *self;
        [faults, bad, words, cut_off, away, ends, losses, hostile, cut_stores]
            .iter()
            .all(|it| *it == 0.0)
    }
}
