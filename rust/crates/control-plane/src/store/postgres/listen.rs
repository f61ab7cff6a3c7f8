//! Hears that another control plane has written something.

use std::collections::hash_map::RandomState;
use std::future::pending;
use std::hash::{BuildHasher, Hasher};
use std::thread;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::time::sleep;
use tokio_postgres::AsyncMessage;

use super::super::Server;
use super::connect::connect;
use super::trouble::Trouble;

/// What the others listen to.
const CHANNEL: &str = "nixfleet";
/// How long until a server that is gone is asked again. Without it the others' words are learned by
/// the look that each control plane takes by itself.
const AGAIN: Duration = Duration::from_secs(1);

/// A name for this control plane: its own words are no news to it.
pub(super) fn name() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

/// Ends a turn in which something was written.
pub(super) fn notify_and_commit(me: &str) -> String {
    format!("NOTIFY {CHANNEL}, '{me}'; COMMIT")
}

/// Calls `wake` for each piece of news, in a thread of its own, until that says no.
pub(super) fn begin(server: Server, me: String, wake: impl Fn() -> bool + Send + 'static) {
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            loop {
                match listen(&server, &me, &wake).await {
                    Ok(()) => return,
                    // Who writes says it as well, and more loudly.
                    Err(_) => sleep(AGAIN).await,
                }
            }
        });
    });
}

async fn listen(server: &Server, me: &str, wake: &impl Fn() -> bool) -> Result<(), Trouble> {
    let late = || Trouble::Failed("it does not answer".into());
    let (client, mut driver) = connect(server).await?;
    let mut messages = stream::poll_fn(move |context| driver.poll_message(context));
    let asked = async {
        client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
        // What was said before is not said again.
        if wake() { pending().await } else { Ok(()) }
    };
    let heard = async {
        while let Some(message) = messages.next().await {
            let AsyncMessage::Notification(news) = message? else { continue };
            if news.payload() != me && !wake() {
                return Ok(());
            }
        }
        Err(late())
    };
    tokio::select! {
        over = asked => over,
        over = heard => over,
    }
}
