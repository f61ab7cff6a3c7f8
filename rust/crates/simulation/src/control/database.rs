//! What becomes of the database that the control planes share: out of reach, kept, and lost.

use super::Control;
use crate::chaos::{HOUR, MINUTE, SECOND};
use crate::disk::Disk;
use crate::happening::Happening;
use crate::scene::Scene;

/// How long a control plane may be without the database.
const LONGEST_CUT: u64 = 6 * HOUR;

impl Control {
    /// A control plane does not reach the database, for a while.
    pub fn cut_store(&mut self, scene: &mut Scene) {
        let plane = scene.any(self.planes.len());
        scene.say(|| format!("control plane {plane} does not reach the database"));
        self.planes[plane].is_cut_off = true;
        let after = scene.rng.u64(SECOND..LONGEST_CUT).min(scene.left());
        scene.at(scene.now + after, Happening::MendStore { plane });
    }

    pub fn mend_store(&mut self, scene: &mut Scene, plane: usize) {
        self.planes[plane].is_cut_off = false;
        self.decide_soon(scene, plane);
    }

    /// What is written down now is what is put back when it is lost.
    pub fn back_up(&mut self) {
        self.yesterday = self.disk.clone();
    }

    pub fn lose_database(&mut self, scene: &mut Scene) {
        scene.say(|| "database lost or put back".into());
        self.disk = if scene.rng.bool() { Disk::default() } else { self.yesterday.clone() };
        for plane in 0..self.planes.len() {
            self.planes[plane].end();
            scene.at(scene.now + MINUTE, Happening::StartPlane { plane });
        }
    }
}
