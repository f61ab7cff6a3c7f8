//! What hosts are told, with the bytes that say it: those who are told the same share one copy, which is
//! written once, however many they are.

use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use nixfleet_link::{Answer, CheckIn};

/// The most different answers that are looked through for the same: as many waves as most plans have.
const DIFFERENT: usize = 16;

/// An answer.
#[derive(Debug)]
pub struct Told {
    /// What it says.
    pub answer: Answer,
    json: OnceLock<Bytes>,
}

impl Told {
    /// That nobody was given yet.
    #[must_use]
    pub fn new(answer: Answer) -> Self {
        Self { answer, json: OnceLock::new() }
    }

    /// As JSON, for a host that has told what it knows and is to come again after so many seconds.
    #[must_use]
    pub fn json(&self, said: &CheckIn, again: u64) -> Bytes {
        if again == self.answer.again && !self.answer.is_behind(said) {
            return self.json.get_or_init(|| json(&self.answer)).clone();
        }
        json(&Answer { again, ..self.answer.for_one_that_knows(said) })
    }
}

fn json(answer: &Answer) -> Bytes {
    serde_json::to_vec(answer).unwrap_or_default().into()
}

/// The answers of those who are told one after another.
#[derive(Debug, Default)]
pub struct Copies(Vec<Arc<Told>>);

impl Copies {
    /// The one copy of an answer.
    pub fn share(&mut self, answer: Answer) -> Arc<Told> {
        if let Some(same) = self.0.iter().find(|it| it.answer == answer) {
            return same.clone();
        }
        let told = Arc::new(Told::new(answer));
        if self.0.len() == DIFFERENT {
            self.0.remove(0);
        }
        self.0.push(told.clone());
        told
    }
}

#[cfg(test)]
mod tests {
    use nixfleet_link::{Known, Offered, VERSION};
    use nixfleet_release::Hash;

    use super::*;

    fn offer(sequence: u64) -> Answer {
        let release = Known { sequence, hash: Hash::of(b"head") };
        let offered = Some(Offered { release, wait: None, retry: None });
        Answer { version: VERSION, mark: format!("{sequence}-go"), offered, again: 0 }
    }

    #[test]
    fn who_is_told_the_same_is_given_the_same_bytes() {
        let mut copies = Copies::default();
        let (one, other, third) =
            (copies.share(offer(1)), copies.share(offer(2)), copies.share(offer(1)));
        assert!(Arc::ptr_eq(&one, &third) && !Arc::ptr_eq(&one, &other));
        let said = CheckIn::default();
        assert_eq!(one.json(&said, 0).as_ptr(), third.json(&said, 0).as_ptr());
        for sequence in 3..100 {
            copies.share(offer(sequence));
        }
        assert_eq!(copies.0.len(), DIFFERENT);
    }

    #[test]
    fn who_knows_more_or_is_to_come_later_is_told_so() {
        let read = |json: Bytes| serde_json::from_slice::<Answer>(&json).unwrap();
        let (told, mut said) = (Told::new(offer(2)), CheckIn::default());
        assert_eq!(read(told.json(&said, 0)), offer(2));
        assert_eq!(read(told.json(&said, 7)), Answer { again: 7, ..offer(2) });
        said.release = Some(Known { sequence: 3, hash: Hash::of(b"newer") });
        assert_eq!(read(told.json(&said, 0)), Answer { offered: None, ..offer(2) });
    }
}
