//! Hosts that run side by side take no more than there is.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::Stage;
use crate::Cancel;
use crate::fake::{Behaviour, Fake};
use crate::room::{Room, Share};
use crate::run::Options;

#[test]
fn a_host_waits_until_there_is_room_for_what_it_declares() {
    let room = Arc::new(Room::new(Share { memory: 10_000, cores: 8 }));
    let options = Options { room: Some(Arc::clone(&room)), ..Options::default() };
    for (build, memory) in [(true, 8000), (false, 8000), (false, 0)] {
        let other = Share { memory: 3000, cores: 2 };
        let other = room.enter(other, &Cancel::default(), || {}).unwrap();
        let fake = Fake::new(Behaviour { memory, ..Behaviour::default() });
        let end = thread::scope(|scope| {
            let run = scope.spawn(|| {
                let stage = Stage::new();
                let run = if build { Stage::build } else { Stage::test };
                run(&stage, &fake, &options).exit_status()
            });
            while memory > 0 && room.waiting() == 0 {
                assert!(!run.is_finished(), "it has not waited");
                thread::sleep(Duration::from_millis(5));
            }
            if memory > 0 {
                assert_eq!(fake.installs(), 0);
                drop(other);
            }
            run.join().unwrap()
        });
        assert_eq!(end, 0);
    }
}
