//! For how many connections of hosts there is room: each is a file that this program has open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The most connections of hosts. A fleet of 50,000 has one each.
const CONNECTIONS: usize = 65_536;
/// The files that are left to the doors of people, the database and the rest: where there are few files,
/// half of them at most.
const OTHERS: usize = 1_536;

/// How many connections of hosts there may be. What this program may have open is raised to what the
/// system lets it; where that is less than it takes, this is told.
pub(super) fn connections() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let is_raised = limit.current == limit.maximum || setrlimit(Resource::Nofile, raised).is_ok();
    let files = if is_raised { limit.maximum } else { limit.current };
    let files = files.map_or(usize::MAX, |it| usize::try_from(it).unwrap_or(usize::MAX));
    let most = of(files);
    if most < CONNECTIONS {
        nixfleet_text::output::tell(format!(
            "{most} connections of hosts are the most here, since this program may have {files} files open: for a larger fleet raise that, `LimitNOFILE`"
        ));
    }
    most
}

fn of(files: usize) -> usize {
    CONNECTIONS.min(files - OTHERS.min(files / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_bound_connections_and_some_are_left_to_others() {
        assert_eq!([0, 1_000, 20_000, usize::MAX].map(of), [0, 500, 18_464, CONNECTIONS]);
    }
}
