//! Transports: how the frames and events of one peer reach another.

#[cfg(feature = "folder")]
pub mod folder;
pub(crate) mod hub;
