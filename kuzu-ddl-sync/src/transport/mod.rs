//! Transports: ways for the frames and events of one peer to reach another.

#[cfg(feature = "folder")]
pub mod folder;
pub(crate) mod hub;
