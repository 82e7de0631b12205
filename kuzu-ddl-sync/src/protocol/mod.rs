//! The protocol between two peers: frames, and what a peer asks its caller to do.

pub(crate) mod frame;
pub(crate) mod output;
