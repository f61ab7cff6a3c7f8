//! What holds of every plan, however its hosts end.

use proptest::prelude::*;

use super::*;

/// A plan, and how each host would end.
fn cases() -> impl Strategy<Value = (Plan, Vec<Proof>, Vec<usize>)> {
    let share = prop_oneof![
        (1..4_i64).prop_map(|it| Share::try_from(it).unwrap()),
        (1..101_u8).prop_map(|it| format!("{it}%").parse().unwrap()),
    ];
    let wave = (prop::option::of(share.clone()), prop::option::of(share.clone()), 0..2_u8);
    let wave = wave.prop_map(|(at_most, need, soak)| Wave {
        name: String::new(),
        at_most,
        need,
        soak: (soak > 0).then(|| "5s".parse().unwrap()),
        window: None,
    });
    let budget = share.prop_map(|at_most| Budget { tags: vec!["db".into()], at_most });
    let member = (0..3_usize, any::<bool>()).prop_map(|(wave, db)| Member {
        wave,
        tags: if db { vec!["db".into()] } else { Vec::new() },
    });
    let proof = prop_oneof![6 => Just(Proof::Good), 1 => Just(Proof::Bad), 1 => Just(Proof::None)];
    (
        prop::collection::vec(wave, 3),
        prop::collection::vec(budget, 0..2),
        prop::collection::vec((member, proof), 1..14),
        prop::collection::vec(0..14_usize, 40),
        1..5_usize,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(waves, budgets, members, order, jobs, heedless, soak)| {
            let (members, proofs): (Vec<_>, Vec<_>) = members.into_iter().unzip();
            let fleet = members.clone();
            (Plan { waves, budgets, members, fleet, jobs, heedless, soak }, proofs, order)
        })
}

/// Runs a plan to its end; `order` says who of those under way ends next. What is seen at each step
/// goes to `look`.
fn run(
    plan: &Plan,
    proofs: &[Proof],
    order: &[usize],
    mut look: impl FnMut(&[Progress], &Next, u64),
) -> Vec<Progress> {
    let mut hosts = vec![Progress::Waiting; proofs.len()];
    let mut now = 0;
    for step in 0..200 {
        let next = plan.next(&hosts, now);
        look(&hosts, &next, now);
        match next {
            Next::Begin(begun) => {
                for place in begun {
                    assert_eq!(hosts[place], Progress::Waiting);
                    hosts[place] = Progress::Going;
                }
                look(&hosts, &Next::Begin(Vec::new()), now);
                let going: Vec<usize> =
                    (0..hosts.len()).filter(|it| hosts[*it] == Progress::Going).collect();
                assert!(!going.is_empty(), "waited for nobody");
                let ends = going[order[step % order.len()] % going.len()];
                now += 1;
                hosts[ends] = Progress::Over(proofs[ends], now);
            }
            Next::Soak(_, until) => {
                assert!(until > now, "waited for what is over");
                now = until;
            }
            Next::Stop(_) | Next::Done => return hosts,
        }
    }
    panic!("no end");
}

proptest! {
    #[test]
    fn every_plan_ends_and_keeps_its_limits((plan, proofs, order) in cases()) {
        let hosts = run(&plan, &proofs, &order, |hosts, _, _| {
            let taken = |is_under: &dyn Fn(&Member) -> bool| {
                let going = plan.members.iter().zip(hosts);
                going.filter(|(it, progress)| is_under(it)
                    && matches!(progress, Progress::Going | Progress::Over(Proof::Bad, _))).count()
            };
            let going = |is_under: &dyn Fn(&Member) -> bool| {
                plan.members.iter().zip(hosts)
                    .filter(|(it, progress)| is_under(it) && **progress == Progress::Going).count()
            };
            assert!(going(&|_| true) <= plan.jobs);
            let all = |is_under: &dyn Fn(&Member) -> bool| plan.members.iter().filter(|it| is_under(it)).count();
            for budget in &plan.budgets {
                let db = |it: &Member| it.tags.contains(&"db".to_owned());
                assert!(going(&db) == 0 || taken(&db) <= budget.at_most.at_most(all(&db)));
            }
            for (place, wave) in plan.waves.iter().enumerate().filter(|_| !plan.heedless) {
                let own = |it: &Member| it.wave == place;
                if let Some(share) = wave.at_most {
                    assert!(going(&own) == 0 || taken(&own) <= share.at_most(all(&own)));
                }
            }
        });
        if proofs.iter().all(|it| *it == Proof::Good) || plan.heedless && plan.budgets.is_empty() {
            assert!(hosts.iter().all(|it| matches!(it, Progress::Over(..))), "{hosts:?}");
        }
    }

    #[test]
    fn nobody_goes_before_an_earlier_wave_is_over_proven_and_has_held((plan, proofs, order) in cases()) {
        let plan = Plan { heedless: false, ..plan };
        run(&plan, &proofs, &order, |hosts, next, now| {
            let Next::Begin(begun) = next else { return };
            let Some(wave) = begun.iter().map(|it| plan.members[*it].wave).max() else { return };
            for earlier in 0..wave {
                let own: Vec<Progress> = plan.of_wave(hosts, earlier);
                if own.is_empty() { continue }
                assert!(own.iter().all(|it| matches!(it, Progress::Over(..))), "{own:?}");
                let good: Vec<u64> = own.iter().filter_map(|it| match it {
                    Progress::Over(Proof::Good, since) => Some(*since),
                    _ => None,
                }).collect();
                assert!(!good.is_empty());
                if plan.soak && plan.waves[earlier].soak.is_some() {
                    assert!(now >= good.iter().max().unwrap() + 5);
                }
                let bad = own.iter().filter(|it| matches!(it, Progress::Over(Proof::Bad, _))).count();
                match plan.waves[earlier].need {
                    None => assert_eq!(bad, 0),
                    Some(need) => assert!(own.len() - bad >= need.at_least(own.len())),
                }
            }
        });
    }
}

#[test]
fn a_canary_that_fails_or_is_away_stops_the_rest() {
    let member = |wave| Member { wave, tags: Vec::new() };
    let wave = |name: &str| Wave {
        name: name.into(),
        at_most: None,
        need: None,
        soak: None,
        window: None,
    };
    let members = vec![member(0), member(1), member(1)];
    let plan = Plan {
        waves: vec![wave("canary"), wave("rest")],
        budgets: Vec::new(),
        fleet: members.clone(),
        members,
        jobs: 9,
        heedless: false,
        soak: true,
    };
    let waiting = [Progress::Waiting; 2];
    let next = |first| plan.next(&[&[first][..], &waiting].concat(), 0);
    assert_eq!(next(Progress::Waiting), Next::Begin(vec![0]));
    assert_eq!(next(Progress::Going), Next::Begin(vec![]));
    assert_eq!(
        next(Progress::Over(Proof::Bad, 0)),
        Next::Stop(Stop::Failed { wave: 0, failed: 1 })
    );
    assert_eq!(next(Progress::Over(Proof::None, 0)), Next::Stop(Stop::Unproven { wave: 0 }));
    assert_eq!(next(Progress::Over(Proof::Good, 0)), Next::Begin(vec![1, 2]));
    let heedless = Plan { heedless: true, ..plan.clone() };
    let hosts = [&[Progress::Over(Proof::Bad, 0)][..], &waiting].concat();
    assert_eq!(heedless.next(&hosts, 0), Next::Begin(vec![1, 2]));
    let hosts = [Progress::Waiting; 3];
    assert_eq!(heedless.next(&hosts, 0), Next::Begin(vec![0, 1, 2]), "order holds nobody back");
    let over = [Progress::Over(Proof::Bad, 0); 3];
    assert_eq!(heedless.next(&over, 0), Next::Done);
}
