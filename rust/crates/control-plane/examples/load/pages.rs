//! What people's pages take while the fleet is there: the time of a request and the bytes of its answer.

use std::time::Instant;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Failure;
use crate::fleet::{name, release};
use crate::host::{gather, middle};
use crate::plane::Plane;

/// How often each is asked for; the middle counts.
const TIMES: usize = 31;

/// For each page its address, milliseconds and bytes.
pub async fn measure(program: &str, hosts: usize) -> Result<Value, Failure> {
    let planes = [Plane::begin(program, hosts, None).await?];
    planes[0].bring(&release(hosts, 1)?).await?;
    let _hosts = gather(&planes, hosts).await?;
    let (half, last) = (name(hosts / 2), name(hosts - 1));
    let mut seen = Vec::new();
    for path in [
        "/".to_owned(),
        "/hosts".to_owned(),
        format!("/hosts?after={half}"),
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
            bytes = ask(&planes[0].page, &path).await?;
            times.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        seen.push(json!([path, middle(times), bytes]));
    }
    Ok(seen.into())
}

async fn ask(page: &str, path: &str) -> Result<usize, Failure> {
    let mut stream = TcpStream::connect(page).await?;
    stream.write_all(format!("GET {path} HTTP/1.0\r\nhost: localhost\r\n\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    if answer.starts_with(b"HTTP/1.0 200") { Ok(answer.len()) } else { Err(path.into()) }
}
