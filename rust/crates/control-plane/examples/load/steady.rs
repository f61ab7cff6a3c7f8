//! A fleet as it is most of the time: each host asks every half minute, and there is nothing new.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::Failure;
use crate::fleet::release;
use crate::host::gather;
use crate::plane::Plane;

/// How often each host asks.
const EVERY: Duration = Duration::from_secs(30);
/// For how long it is watched: two thirds of the hosts ask, each once.
const WATCHED: Duration = Duration::from_secs(20);
/// In how many steps a second.
const STEPS: u32 = 100;

/// The share of a processor that the control plane takes.
pub async fn measure(program: &str, hosts: usize) -> Result<Value, Failure> {
    let planes = [Plane::begin(program, hosts, None).await?];
    planes[0].bring(&release(hosts, 1)?).await?;
    let all = gather(&planes, hosts).await?;
    // What came of the herd is over.
    tokio::time::sleep(Duration::from_secs(6)).await;

    let mut step = interval(Duration::from_secs(1) / STEPS);
    step.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (began, before) = (Instant::now(), planes[0].processor());
    let mut left = all.into_iter();
    let (mut tasks, mut kept) = (Vec::new(), Vec::new());
    while began.elapsed() < WATCHED {
        step.tick().await;
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss
        )]
        let due = (began.elapsed().div_duration_f64(EVERY) * hosts as f64) as usize;
        for mut host in left.by_ref().take(due.saturating_sub(tasks.len())) {
            tasks.push(tokio::spawn(async move {
                host.check_in().await?;
                Ok::<_, Failure>(host)
            }));
        }
    }
    let asked = tasks.len();
    for task in tasks {
        kept.push(task.await??);
    }
    let core = (planes[0].processor() - before) / began.elapsed().as_secs_f64();
    Ok(json!({ "core": core, "asked": asked }))
}
