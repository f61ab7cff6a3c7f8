//! Hosts that wait for a release, and when the last of them hears of it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Failure;
use crate::fleet::release;
use crate::host::{gather, middle, waiting};
use crate::plane::{Plane, processor};

/// How many releases: what one takes differs by half from the next.
const RELEASES: u64 = 5;

/// For each release the seconds until the last host heard, and what the control plane and the hosts took of a
/// processor meanwhile.
pub async fn measure(program: &str, hosts: usize) -> Result<Value, Failure> {
    let planes = [Plane::begin(program, hosts, None).await?];
    let plane = &planes[0];
    plane.bring(&release(hosts, 1)?).await?;
    let mut all = gather(&planes, hosts).await?;
    let (mut times, mut ours, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for sequence in 2..2 + RELEASES {
        let (body, tasks) = (release(hosts, sequence)?, waiting(all).await?);
        tokio::time::sleep(Duration::from_secs(2)).await;
        let before = (plane.processor(), processor("self"));
        // From before it is brought: it is judged and written down first, all its entries.
        let brought = Instant::now();
        let mut last = brought;
        plane.bring(&body).await?;
        all = Vec::with_capacity(hosts);
        for task in tasks {
            let (host, answer, heard) = task.await??;
            let offered = answer.offered.ok_or("a host was offered nothing")?;
            if offered.release.sequence != sequence {
                return Err(format!("a host heard of release {}", offered.release.sequence).into());
            }
            last = last.max(heard);
            all.push(host);
        }
        times.push(last.duration_since(brought).as_secs_f64());
        ours.push(plane.processor() - before.0);
        theirs.push(processor("self") - before.1);
    }
    Ok(
        json!({ "heard": middle(times.clone()), "times": times, "ours": middle(ours), "theirs": middle(theirs) }),
    )
}
