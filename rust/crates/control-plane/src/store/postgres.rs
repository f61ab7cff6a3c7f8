//! A database of a `PostgreSQL` server, which several control planes share.
//!
//! Each of them knows all that is written down. To decide, one takes the lock, learns what the others
//! wrote since its last turn, decides, writes and lets go: so they decide as one would. What wrote
//! something notifies the others.

mod connect;
mod line;
mod listen;
mod read;
mod statements;
mod tables;
mod trouble;
pub(super) mod write;

use std::time::{Duration, Instant};

use super::{Keep, Kept, News, Server, StoreError};
pub use line::Line;
use read::Position;
use statements::Statements;
use tokio_postgres::Client;
pub(super) use trouble::Trouble;

/// How often it is asked when the others heard of hosts.
const SEEN_EVERY: Duration = Duration::from_secs(60);

/// The database, as one of its control planes has it.
pub struct Postgres {
    server: Server,
    line: Option<(Line, Statements)>,
    /// How far what is written was read.
    position: Position,
    /// When it was asked last when the others heard of hosts.
    seen: Option<Instant>,
    /// Which of the control planes this is.
    me: String,
}

impl Postgres {
    pub(super) fn open(server: &Server) -> Result<(Self, Kept, Option<String>), StoreError> {
        let mut this = Self {
            server: server.clone(),
            line: None,
            position: Position::default(),
            seen: None,
            me: listen::name(),
        };
        let (kept, aside) = this.connect()?;
        Ok((this, kept, aside))
    }

    /// Connects, and reads all. What is damaged is set aside.
    fn connect(&mut self) -> Result<(Kept, Option<String>), StoreError> {
        self.line = None;
        let line = Line::open(&self.server)?;
        let opened = line.run(async |client| {
            tables::begin(client).await?;
            tables::make(client).await?;
            let opened = match read::all(client).await {
                Err(Trouble::Damaged(why)) => {
                    let aside = tables::set_aside(client).await?;
                    let told =
                        format!("what the database had was damaged ({why}) and is now {aside}");
                    read::all(client).await.map(|it| (it, Some(told)))
                }
                read => read.map(|it| (it, None)),
            }?;
            client.batch_execute("COMMIT").await?;
            Ok(opened)
        });
        let ((kept, position), aside) = opened?;
        let statements = line.run(Statements::of)?;
        (self.line, self.position, self.seen) = (Some((line, statements)), position, None);
        Ok((kept, aside))
    }

    pub(super) fn turn(&mut self, work: impl FnOnce(News) -> Vec<Keep>) -> Result<(), StoreError> {
        let Some((line, statements)) = self.line.take() else {
            return Err(self.server.failed("it does not answer"));
        };
        let asks_seen = self.seen.is_none_or(|it| it.elapsed() >= SEEN_EVERY);
        let (me, before) = (&self.me, self.position);
        let position = line.run(async |client| {
            tables::begin(client).await?;
            let (mut news, position) = read::since(client, &statements, before).await?;
            if asks_seen || news.anew.is_some() {
                news.seen = read::seen(client).await?;
            }
            let all = work(news);
            if all.is_empty() {
                client.batch_execute("COMMIT").await?;
                return Ok(position);
            }
            let position = write::all(client, &statements, &all, position).await?;
            client.batch_execute(&listen::notify_and_commit(me)).await?;
            Ok(position)
        })?;
        // One that failed is closed, which also ends its turn on the server.
        (self.line, self.position) = (Some((line, statements)), position);
        if asks_seen {
            self.seen = Some(Instant::now());
        }
        Ok(())
    }

    pub(super) fn again(&mut self) -> Result<Kept, StoreError> {
        let (kept, aside) = self.connect()?;
        if let Some(told) = aside {
            nixfleet_text::output::tell(format!(
                "{told}: beginning anew, hosts say again what they run"
            ));
        }
        Ok(kept)
    }

    pub(super) fn on_news(&self, wake: impl Fn() -> bool + Send + 'static) {
        listen::begin(self.server.clone(), self.me.clone(), wake);
    }
}

/// Does something in a turn of its own, on a connection of its own.
pub(super) fn in_a_turn<T>(
    server: &Server,
    what: impl AsyncFnOnce(&Client) -> Result<T, Trouble>,
) -> Result<T, StoreError> {
    Line::open(server)?.run(async |client| {
        tables::begin(client).await?;
        tables::make(client).await?;
        let done = what(client).await?;
        client.batch_execute(&listen::notify_and_commit("")).await?;
        Ok(done)
    })
}
