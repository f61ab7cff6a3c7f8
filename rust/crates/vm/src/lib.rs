//! The life of a virtual machine of a fleet: install, start, verify, stop and clean.
