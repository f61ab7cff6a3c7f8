//! Hosts that wait, while some say something new: each time it is decided for all of them, and those for
//! whom that is news are told.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::Failure;
use crate::fleet::release;
use crate::host::gather;
use crate::plane::Plane;

/// How many hosts say something, and how often each: fewer times than a host has at a stretch.
const SPEAK: usize = 5;
const TIMES: usize = 40;
/// More than the least time between two decisions, so that each of their words has one.
const EVERY: Duration = Duration::from_millis(70);

/// The milliseconds of a processor for each time.
pub async fn measure(program: &str, hosts: usize) -> Result<Value, Failure> {
    let planes = [Plane::begin(program, hosts, None).await?];
    planes[0].bring(&release(hosts, 1)?).await?;
    let mut all = gather(&planes, hosts).await?;
    // Not the canary, for which all others wait.
    let mut speak = all.split_off(hosts - SPEAK);
    let mut wait = JoinSet::new();
    for mut host in all {
        host.check_in().await?;
        host.said.wait = 200;
        wait.spawn(async move { host.check_in().await.map_err(|error| error.to_string()) });
    }
    tokio::time::sleep(Duration::from_secs(1)).await;

    let before = planes[0].processor();
    for _ in 0..TIMES {
        for host in &mut speak {
            host.said.report.tries += 1;
            host.said.report.turn += 1;
            host.check_in().await?;
            tokio::time::sleep(EVERY).await;
        }
    }
    #[allow(clippy::cast_precision_loss)]
    let each = (planes[0].processor() - before) * 1000.0 / (SPEAK * TIMES) as f64;
    match wait.try_join_next() {
        None => Ok(json!({ "each": each })),
        Some(told) => Err(format!("one that waits was told: {:?}", told?).into()),
    }
}
