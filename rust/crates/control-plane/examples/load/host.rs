//! Hosts that speak, and how quickly they are answered.

use std::ops::Range;
use std::time::{Duration, Instant};

use nixfleet_link::{
    Answer, CHECK_IN, CheckIn, HostKey, LONGEST_HOLD, PublicKey, VERSION, client_config,
};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::Failure;
use crate::fleet::{name, seed};
use crate::plane::Plane;

/// A host and its connection.
pub struct Host {
    pub said: CheckIn,
    stream: TlsStream<TcpStream>,
}

impl Host {
    async fn connect(number: usize, address: &str, pin: PublicKey) -> Result<Self, Failure> {
        let key = HostKey::of_seed(&seed(number)).ok_or("no key")?;
        let connector = TlsConnector::from(client_config(&key, pin)?);
        let socket = TcpStream::connect(address).await?;
        socket.set_nodelay(true)?;
        let stream = connector.connect(ServerName::try_from("load")?, socket).await?;
        let said = CheckIn { version: VERSION, machine: name(number), ..CheckIn::default() };
        Ok(Self { said, stream })
    }

    pub async fn check_in(&mut self) -> Result<Answer, Failure> {
        let body = serde_json::to_vec(&self.said)?;
        let head = format!(
            "POST {CHECK_IN} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.stream.write_all(&[head.as_bytes(), &body].concat()).await?;
        let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
        loop {
            let read = self.stream.read(&mut buffer).await?;
            answer.extend_from_slice(&buffer[..read]);
            let Some(end) = answer.windows(4).position(|it| it == b"\r\n\r\n") else { continue };
            if read == 0 {
                return Err("closed".into());
            }
            // The answer is one object, sent at once.
            match serde_json::from_slice::<Answer>(&answer[end + 4..]) {
                Ok(answer) => {
                    // As an agent does: who comes without what it was told last is asked after first.
                    self.said.known = Some(answer.mark.clone());
                    return Ok(answer);
                }
                Err(error) if error.is_eof() => {}
                Err(_) => return Err(String::from_utf8_lossy(&answer).into_owned().into()),
            }
        }
    }
}

/// The most hosts that come at a time where nobody looks at how quickly they are served.
const AT_A_TIME: usize = 200;

/// Hosts, each at one of the control planes, which know none of them yet: some after some.
pub async fn gather(planes: &[Plane], hosts: usize) -> Result<Vec<Host>, Failure> {
    let mut all = Vec::with_capacity(hosts);
    while all.len() < hosts {
        all.extend(herd(planes, all.len()..hosts.min(all.len() + AT_A_TIME)).await?);
    }
    Ok(all)
}

/// The same, all at once.
pub async fn herd(planes: &[Plane], hosts: Range<usize>) -> Result<Vec<Host>, Failure> {
    let connect = |number: usize| {
        let plane = &planes[number % planes.len()];
        let (address, pin) = (plane.address.clone(), plane.pin);
        tokio::spawn(async move {
            let mut host = Host::connect(number, &address, pin).await?;
            host.check_in().await?;
            Ok::<_, Failure>(host)
        })
    };
    let tasks: Vec<_> = hosts.map(connect).collect();
    let mut all = Vec::with_capacity(tasks.len());
    for task in tasks {
        all.push(task.await??);
    }
    Ok(all)
}

/// Each waits from now on, having heard all that there is; what is given back is it again, and when it was
/// told something new.
pub async fn waiting(hosts: Vec<Host>) -> Result<Vec<JoinHandle<Told>>, Failure> {
    let mut all = Vec::with_capacity(hosts.len());
    for mut host in hosts {
        host.said.wait = 0;
        host.check_in().await?;
        host.said.wait = LONGEST_HOLD;
        all.push(tokio::spawn(async move {
            let answer = host.check_in().await?;
            Ok((host, answer, Instant::now()))
        }));
    }
    Ok(all)
}

/// A host that was told something, and when.
pub type Told = Result<(Host, Answer, Instant), Failure>;

/// What hosts have to say.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// The same as before.
    Same,
    /// Something that has to be written down.
    New,
}

/// The least time from a host's check-in to its next: a control plane lets each have 20 a second, and a few
/// that it happens to answer first would have more.
const PACE: Duration = Duration::from_millis(60);

/// How many check-ins of all hosts are answered, each host's as soon as the one before is, for so long
/// or until each had so many; and in how many seconds.
pub async fn count(
    hosts: &mut Vec<Host>,
    says: Says,
    time: Duration,
    most: u64,
) -> Result<(f64, f64), Failure> {
    let (began, mut tasks) = (Instant::now(), Vec::new());
    for mut host in hosts.drain(..) {
        tasks.push(tokio::spawn(async move {
            let mut count = 0;
            while began.elapsed() < time && count < most {
                if says == Says::New {
                    host.said.report.tries += 1;
                    host.said.report.turn += 1;
                }
                let next = Instant::now() + PACE;
                host.check_in().await?;
                count += 1;
                if Instant::now() < next {
                    tokio::time::sleep_until(next.into()).await;
                }
            }
            Ok::<_, Failure>((host, count))
        }));
    }
    let mut all = 0;
    for task in tasks {
        let (host, count) = task.await??;
        hosts.push(host);
        all += count;
    }
    #[allow(clippy::cast_precision_loss)]
    Ok((all as f64, began.elapsed().as_secs_f64()))
}

/// The middle one.
pub fn middle(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}
