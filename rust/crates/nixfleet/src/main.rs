//! `nixfleet`: finds the mistakes of a fleet before anything is built, and tests its hosts in QEMU.

fn main() {}
