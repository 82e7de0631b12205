//! The protocol: frames between peers, and the outputs of a peer.

pub(crate) mod diagnostic;
pub(crate) mod frame;
pub(crate) mod output;
