//! What a host and its control plane say to each other.
