//! What happened, written into a file: all of it, or nothing.

use std::thread;

use nixfleet_rollout::Event;
use rusqlite::{Connection, Transaction, params};

use super::super::{EVENTS, Keep, as_json};
use crate::shelf::{Shelf, Trusted};

pub(super) fn write(database: &mut Connection, all: &[Keep]) -> rusqlite::Result<()> {
    let transaction = database.transaction()?;
    let mut events = 0;
    for keep in all {
        match keep {
            Keep::Release(shelf, trusted, known) => replace(&transaction, shelf, trusted, known)?,
            Keep::Host(name, said) => {
                transaction
                    .prepare_cached("INSERT OR REPLACE INTO host VALUES (?, ?)")?
                    .execute(params![name, as_json(said)])?;
            }
            Keep::Forget(name) => {
                transaction.execute("DELETE FROM host WHERE name = ?", [name])?;
            }
            Keep::Event(release, event) => {
                events += 1;
                transaction
                    .prepare_cached(
                        "INSERT INTO event (release, host, at, event) VALUES (?, ?, ?, ?)",
                    )?
                    .execute(params![
                        release,
                        crate::log::host_of(event),
                        event.at.as_microsecond(),
                        as_json(event)
                    ])?;
            }
            // There are no others.
            Keep::Seen(_) => {}
        }
    }
    if events > 0 {
        transaction.execute(
            "DELETE FROM event WHERE id <= (SELECT max(id) FROM event) - ?
             AND release < (SELECT sequence FROM release)",
            [EVENTS],
        )?;
    }
    transaction.commit()
}

/// Another release takes the place of the one that was there. Its files are written while what is known of
/// hosts is made into text.
fn replace(
    to: &Transaction<'_>,
    shelf: &Shelf,
    trusted: &Trusted,
    known: &[Event],
) -> rusqlite::Result<()> {
    to.execute_batch("DELETE FROM release; DELETE FROM file; DELETE FROM known;")?;
    let (trusted, signed_by) = (as_json(trusted), as_json(&shelf.signed_by));
    to.execute(
        "INSERT INTO release (sequence, trusted, signed_by, at) VALUES (?, ?, ?, ?)",
        params![shelf.known.sequence, trusted, signed_by, shelf.at.as_microsecond()],
    )?;
    let texts = || known.iter().map(as_json).collect::<Vec<_>>();
    let texts = thread::scope(|all| {
        let made = thread::Builder::new().spawn_scoped(all, texts);
        let mut file = to.prepare_cached("INSERT INTO file VALUES (?, ?)")?;
        for (name, bytes) in &shelf.files {
            file.execute(params![name, &bytes[..]])?;
        }
        // Where there is no thread to be had, this one makes them.
        Ok::<_, rusqlite::Error>(made.ok().and_then(|it| it.join().ok()).unwrap_or_else(texts))
    })?;
    let mut row = to.prepare_cached("INSERT INTO known VALUES (?)")?;
    for text in texts {
        row.execute([text])?;
    }
    Ok(())
}
