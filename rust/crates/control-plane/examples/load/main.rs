//! Thousands of hosts at a control plane, or at several, for `checks/bench`: prints what it took as JSON.
//!
//!     load CONTROL-PLANE HOSTS crowd|heard|pages|steady|stores|tell

mod crowd;
mod fleet;
mod heard;
mod host;
mod pages;
mod plane;
#[allow(dead_code, missing_docs, reason = "it is that of the tests")]
#[path = "../../tests/common/server.rs"]
mod server;
mod steady;
mod stores;
mod tell;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const USAGE: &str = "load CONTROL-PLANE HOSTS crowd|heard|pages|steady|stores|tell";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [program, hosts, what] = arguments.as_slice() else { return Err(USAGE.into()) };
    let hosts = hosts.parse()?;
    let seen = match what.as_str() {
        "crowd" => crowd::measure(program, hosts).await?,
        "heard" => heard::measure(program, hosts).await?,
        "pages" => pages::measure(program, hosts).await?,
        "steady" => steady::measure(program, hosts).await?,
        "stores" => stores::measure(program, hosts).await?,
        "tell" => tell::measure(program, hosts).await?,
        _ => return Err(USAGE.into()),
    };
    println!("{seen}");
    Ok(())
}
