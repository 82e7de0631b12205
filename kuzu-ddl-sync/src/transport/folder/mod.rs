//! Replication through a folder: a file share, a synchronised directory or a git checkout.
//!
//! Each file is a [`Bundle`], named by the hash of its content. Therefore files are never modified,
//! two writers never need one name for different content, incomplete files are detected, and
//! branches of a git repository merge without conflicts. Files need not be deleted; a peer that has
//! the events of a deleted file writes them again.

mod error;
mod file;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub use error::{FolderError, MAX_FILES, SkipReason, SkippedFile};
pub use file::EXTENSION;
use kuzu_ddl_core::event::{DdlEvent, EventId};

use crate::attestation::Attestation;
use crate::bundle::Bundle;
use crate::event_log::EventLog;
use crate::identity::SpaceId;
use crate::peer::Peer;
use crate::protocol::output::Output;

/// A folder that several peers share.
///
/// # Examples
///
/// ```
/// use kuzu_ddl_sync::folder::Folder;
/// use kuzu_ddl_sync::{Limits, Peer, PeerId, SpaceId};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("schema");
/// let space = SpaceId::from_name("shop");
/// let mut peer = Peer::new(PeerId::from_name("a"), space, Limits::default());
/// let mut folder = Folder::open(path, space)?;
///
/// // Regularly, and after each change of the schema:
/// let synced = folder.sync(0, &mut peer)?;
/// for output in synced.outputs { /* new events for the database, frames for other peers */ }
/// for file in synced.skipped {
///     eprintln!("{}: {}", file.name, file.reason);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "git")]
#[doc(alias = "directory")]
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    space: SpaceId,
    /// The ids of the events in each file that was read or written.
    files: BTreeMap<String, Vec<EventId>>,
}

/// The new content of a folder.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct FolderRead {
    /// The events of the files that were not read before.
    pub events: Vec<DdlEvent>,
    /// The attestations in these files.
    pub attestations: Vec<Attestation>,
    /// The files that were skipped.
    pub skipped: Vec<SkippedFile>,
}

/// The result of [`Folder::sync`].
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct FolderSync {
    /// The outputs of the peer: new events for the database, frames for other peers.
    pub outputs: Vec<Output>,
    /// The files that were skipped.
    pub skipped: Vec<SkippedFile>,
    /// The name of the file that was written, if there were events to write.
    pub written: Option<String>,
}

impl Folder {
    /// Opens a folder, and creates it if it does not exist.
    ///
    /// # Errors
    ///
    /// Returns an error if the folder cannot be created.
    pub fn open(path: impl Into<PathBuf>, space: SpaceId) -> Result<Self, FolderError> {
        let path = path.into();
        std::fs::create_dir_all(&path)
            .map_err(|error| FolderError::new("create the folder", &path, error))?;
        Ok(Self {
            path,
            space,
            files: BTreeMap::new(),
        })
    }

    /// Returns the path of the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Imports the new files of the folder into a peer, and writes the events of the peer that no
    /// file contains.
    ///
    /// # Errors
    ///
    /// Returns an error if the folder cannot be listed, or if the file cannot be written.
    pub fn sync(&mut self, now_ms: u64, peer: &mut Peer) -> Result<FolderSync, FolderError> {
        let read = self.read()?;
        let outputs = peer.import(now_ms, read.events, read.attestations);
        let written = self.write(peer.log(), |event| peer.attestations(event))?;
        Ok(FolderSync {
            outputs,
            skipped: read.skipped,
            written,
        })
    }

    /// Reads the files that were not read before.
    ///
    /// The next [`write`](Self::write) writes the events of deleted files again.
    ///
    /// # Errors
    ///
    /// Returns an error if the folder cannot be listed.
    pub fn read(&mut self) -> Result<FolderRead, FolderError> {
        let mut read = FolderRead::default();
        let names = file::list(&self.path)?;
        self.files.retain(|name, _| names.contains(name));
        for (n, name) in names.into_iter().enumerate() {
            if self.files.contains_key(&name) {
                continue;
            }
            let bundle = if n < MAX_FILES {
                file::read(&self.path, &name, &self.space)
            } else {
                Err(SkipReason::TooManyFiles)
            };
            match bundle {
                Ok(bundle) => {
                    self.files.insert(name, ids_of(&bundle));
                    read.events.extend(bundle.events);
                    read.attestations.extend(bundle.attestations);
                }
                Err(reason) => read.skipped.push(SkippedFile { name, reason }),
            }
        }
        Ok(read)
    }

    /// Writes one file with the events of a log that no file contains.
    ///
    /// Returns the name of the file, or `None` if every event is in a file.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be written.
    pub fn write<A: IntoIterator<Item = Attestation>>(
        &mut self,
        log: &EventLog,
        attestations: impl Fn(EventId) -> A,
    ) -> Result<Option<String>, FolderError> {
        let listed = self.files.values().flatten().copied().collect();
        let mut bundle = Bundle::new(log, &listed);
        if bundle.events.is_empty() {
            return Ok(None);
        }
        bundle.attestations = collect_attestations(&bundle, attestations);
        self.write_bundle(&bundle).map(Some)
    }

    /// Writes one file with all events of a log, and deletes the files that contain no other
    /// events.
    ///
    /// Other peers can write and compact at the same time. Returns the name of the file.
    ///
    /// # Errors
    ///
    /// Returns an error if a file cannot be written or deleted.
    #[doc(alias = "squash")]
    pub fn compact<A: IntoIterator<Item = Attestation>>(
        &mut self,
        log: &EventLog,
        attestations: impl Fn(EventId) -> A,
    ) -> Result<String, FolderError> {
        // The order depends on the events alone, so that peers with the same log write the same
        // file.
        let mut bundle = Bundle {
            events: log.topological(),
            attestations: Vec::new(),
        };
        bundle.attestations = collect_attestations(&bundle, attestations);
        let name = self.write_bundle(&bundle)?;
        let all: BTreeSet<EventId> = bundle.events.iter().map(|event| event.id()).collect();
        let covered: Vec<String> = self
            .files
            .iter()
            .filter(|(other, ids)| **other != name && ids.len() < all.len())
            .filter(|(_, ids)| ids.iter().all(|id| all.contains(id)))
            .map(|(other, _)| other.clone())
            .collect();
        for other in covered {
            file::delete(&self.path, &other)?;
            self.files.remove(&other);
        }
        Ok(name)
    }

    /// Returns the number of files that were read or written and still exist.
    #[must_use]
    pub fn file_count(&self) -> usize {
        self.files.len()
    }

    fn write_bundle(&mut self, bundle: &Bundle) -> Result<String, FolderError> {
        let name = file::write(&self.path, &bundle.encode(&self.space))?;
        self.files.insert(name.clone(), ids_of(bundle));
        Ok(name)
    }
}

fn ids_of(bundle: &Bundle) -> Vec<EventId> {
    bundle.events.iter().map(|event| event.id()).collect()
}

fn collect_attestations<A: IntoIterator<Item = Attestation>>(
    bundle: &Bundle,
    attestations: impl Fn(EventId) -> A,
) -> Vec<Attestation> {
    let events = bundle.events.iter();
    events.flat_map(|event| attestations(event.id())).collect()
}
