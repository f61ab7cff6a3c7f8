//! What people's pages take while the fleet is there: the time of a request and the bytes of its answer.

use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{Failure, PAGE};

/// How often each is asked for; the middle counts.
const TIMES: usize = 31;

/// For each page its address, milliseconds and bytes.
pub async fn measure(hosts: usize) -> Result<Vec<(String, f64, usize)>, Failure> {
    let (middle, last) = (crate::name(hosts / 2), crate::name(hosts - 1));
    let mut seen = Vec::new();
    for path in [
        "/".to_owned(),
        "/hosts".to_owned(),
        format!("/hosts?after={middle}"),
        "/hosts?state=waiting&tag=web".to_owned(),
        "/hosts?tag=none".to_owned(),
        format!("/hosts/{last}"),
        "/log".to_owned(),
        format!("/log?host={last}"),
        "/v1/status".to_owned(),
        "/v1/hosts?limit=500".to_owned(),
        "/metrics".to_owned(),
    ] {
        let mut times = Vec::new();
        let mut bytes = 0;
        for _ in 0..TIMES {
            let began = Instant::now();
            bytes = ask(&path).await?;
            times.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        times.sort_by(f64::total_cmp);
        seen.push((path, times[TIMES / 2], bytes));
    }
    Ok(seen)
}

async fn ask(path: &str) -> Result<usize, Failure> {
    let mut stream = TcpStream::connect(PAGE).await?;
    stream.write_all(format!("GET {path} HTTP/1.0\r\nhost: localhost\r\n\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    if answer.starts_with(b"HTTP/1.0 200") { Ok(answer.len()) } else { Err(path.into()) }
}
