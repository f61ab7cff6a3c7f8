//! What a host and its control plane say to each other, and how each knows that it is the other.
//!
//! They speak HTTP over TLS 1.3 with raw public keys (RFC 7250), and both show their SSH host keys:
//! the host's is the one that the fleet's release names, the control plane's the one that the host's
//! configuration names. So there is no authority, no token, nothing that expires, and no clock that
//! could lock a host out.

mod check_in;
mod client;
mod clock;
mod keep_alive;
mod key;
mod tls;

pub use check_in::{Answer, CHECK_IN_BYTES, CheckIn, Known, LONGEST_HOLD, Offered, VERSION};
pub use client::{Connection, Limits, Reply};
pub use clock::Clock;
pub use keep_alive::keep_alive;
pub use key::{HostKey, HostKeyError, PublicKey, PublicKeyError};
pub use tls::{client_config, peer_key, server_config};

/// Where a host checks in: `POST`, a [`CheckIn`] in JSON for an [`Answer`].
pub const CHECK_IN: &str = "/v1/check-in";

/// Where the files of the newest release are, by their names: `GET`.
pub const RELEASE: &str = "/v1/release";
