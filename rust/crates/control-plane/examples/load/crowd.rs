//! Ten thousand hosts that come at once, ask as quickly as they are answered, and wait.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Failure;
use crate::fleet::release;
use crate::host::{Host, Says, count, herd, middle, waiting};
use crate::plane::Plane;

/// How often and for how long check-ins are counted, before and after a million more: from one time to
/// the next a machine differs by a fifth, whatever was before.
const TIMES: usize = 9;
const COUNTED: Duration = Duration::from_secs(2);
/// Of each of ten thousand.
const MORE: u64 = 100;

pub async fn measure(program: &str, hosts: usize) -> Result<Value, Failure> {
    let planes = [Plane::begin(program, hosts, None).await?];
    let plane = &planes[0];
    plane.bring(&release(hosts, 1)?).await?;
    let before = plane.memory();

    let began = Instant::now();
    let mut all = herd(&planes, 0..hosts).await?;
    let came = began.elapsed().as_secs_f64();

    let (first, costs) = usual(plane, &mut all).await?;
    count(&mut all, Says::Same, Duration::from_secs(600), MORE).await?;
    let (_, costs_after) = usual(plane, &mut all).await?;

    let waiting = waiting(all).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    #[allow(clippy::cast_precision_loss)]
    let memory = (plane.memory() - before) / hosts as f64;
    drop(waiting);
    Ok(json!({ "herd": came, "first": first, "after": costs / costs_after, "memory": memory }))
}

/// Check-ins a second, and what one costs the control plane, in seconds of a processor: the middle of
/// several times.
async fn usual(plane: &Plane, hosts: &mut Vec<Host>) -> Result<(f64, f64), Failure> {
    let (mut rates, mut costs) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let before = plane.processor();
        let (answered, seconds) = count(hosts, Says::Same, COUNTED, u64::MAX).await?;
        rates.push(answered / seconds);
        costs.push((plane.processor() - before) / answered);
    }
    Ok((middle(rates), middle(costs)))
}
