//! Hosts in one network: none waits for one that has failed.

use std::sync::Arc;
use std::thread;

use super::Stage;
use crate::fake::{Behaviour, Fake, plan};
use crate::run::Options;
use crate::test::test;
use crate::together::{Member, Together};

const HOSTS: [&str; 2] = ["web-01", "db-01"];

/// The exit status and message of each host.
fn tested(behaviours: [Behaviour; 2]) -> Vec<(u8, String)> {
    let member = |host: &str| Member { host: host.into(), asked_at: None };
    let together = Arc::new(Together::new(HOSTS.map(member).into(), 4000));
    let options = Options { together: Some(together), ..Options::default() };
    let run = |(host, behaviour): (&'static str, Behaviour)| {
        let options = options.clone();
        thread::spawn(move || {
            let stage = Stage::new();
            let fake = Fake::new(Behaviour { host_name: Some(host), ..behaviour });
            let mut plan = plan(&stage.root);
            plan.host = host.into();
            plan.expected.host = host.into();
            let world = fake.world(&stage.root.join("store"));
            let report = test(&world, &plan, &stage.folder, &options);
            assert_eq!(fake.alive(), 0, "{host}");
            stage.is_clean(host);
            (report.exit_status(), report.message().unwrap_or_default().to_string())
        })
    };
    let runs: Vec<_> = HOSTS.into_iter().zip(behaviours).map(run).collect();
    runs.into_iter().map(|it| it.join().unwrap()).collect()
}

#[test]
fn hosts_of_a_network_pass_together_or_end_with_the_first_that_fails() {
    let well = Behaviour::default;
    let passed = (0, String::new());
    assert_eq!(tested([well(), well()]), [passed.clone(), passed]);

    let ended = tested([Behaviour { nix_error: Some("error: no"), ..well() }, well()]);
    assert_eq!(ended[0], (3, "no".into()));
    assert_eq!(ended[1].0, 1);
    assert!(ended[1].1.contains("another host of its network has failed"), "{}", ended[1].1);
}
