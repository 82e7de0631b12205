//! Replication through a folder: a file share, a synchronised directory or a git checkout.
//!
//! Each file is a [`Bundle`], named by the hash of its content. Therefore files are never modified,
//! two writers never need one name for different content, incomplete files are detected, and
//! branches of a git repository merge without conflicts. Files need not be deleted; a peer that has
//! the events of a deleted file writes them again.

mod content;
mod error;
mod file;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use content::FileContent;
pub use error::{FolderError, MAX_FILES, SkipReason, SkippedFile};
pub use file::EXTENSION;
use kuzu_ddl_core::event::{DdlEvent, EventId};

use crate::attestation::Attestation;
use crate::bundle::{
    Bundle, BundleError, BundleReader, DEFAULT_BUNDLE_CONTENT_BYTES, MAX_BUNDLE_BYTES,
};
use crate::event_log::EventLog;
use crate::identity::SpaceId;
use crate::peer::Peer;
use crate::protocol::output::Output;

/// Bytes of a file beyond its content.
const ENVELOPE_BYTES: usize = 64 * 1024;

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
    limits: FolderLimits,
    /// What is known of each file that was read or written.
    files: BTreeMap<String, FileContent>,
}

/// Limits on what the files of a folder can cost, in bytes of their events and attestations outside
/// packs.
///
/// ```
/// use kuzu_ddl_sync::folder::FolderLimits;
///
/// let mut limits = FolderLimits::default();
/// limits.max_total_bytes = 1 << 30;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FolderLimits {
    /// Maximum content of one file. A file with more is skipped. A file that this peer writes has
    /// at most half of it.
    pub max_file_bytes: usize,
    /// Maximum content of all files together. Further files are skipped.
    pub max_total_bytes: usize,
}

impl Default for FolderLimits {
    fn default() -> Self {
        Self {
            max_file_bytes: DEFAULT_BUNDLE_CONTENT_BYTES,
            max_total_bytes: 4 * DEFAULT_BUNDLE_CONTENT_BYTES,
        }
    }
}

/// The result of [`Folder::sync`].
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct FolderSync {
    /// The outputs of the peer: new events for the database, frames for other peers.
    pub outputs: Vec<Output>,
    /// The files that were skipped, and those whose events are not all stored.
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
            limits: FolderLimits::default(),
            files: BTreeMap::new(),
        })
    }

    /// Sets the limits on the content of the files.
    #[must_use]
    pub fn with_limits(mut self, limits: FolderLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Returns the path of the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Imports the new files of the folder into a peer, and writes the events of the peer that no
    /// file contains.
    ///
    /// The order of the files does not matter. A file counts as read when the peer has all its
    /// events; until then it is reported as skipped, and read again as soon as a dependency that it
    /// lacked is there. The events of deleted files are written again.
    ///
    /// # Errors
    ///
    /// Returns an error if the folder cannot be listed, or if the file cannot be written.
    pub fn sync(&mut self, now_ms: u64, peer: &mut Peer) -> Result<FolderSync, FolderError> {
        let mut sync = FolderSync::default();
        let names = file::list(&self.path)?;
        self.files.retain(|name, _| names.contains(name));
        let beyond = names.iter().skip(MAX_FILES);
        let beyond = beyond.filter(|name| !self.files.contains_key(*name));
        sync.skipped.extend(beyond.map(|name| SkippedFile {
            name: name.clone(),
            reason: SkipReason::TooManyFiles,
        }));
        let names: Vec<String> = names.into_iter().take(MAX_FILES).collect();
        // Small files first, so that a large one does not take the room of all others.
        let new = names.iter().filter(|name| !self.files.contains_key(*name));
        let mut new: Vec<&String> = new.collect();
        new.sort_by_cached_key(|name| file::size(&self.path, name));
        for name in new {
            self.import(now_ms, name, peer, &mut sync);
        }
        // What one file lacked, a later one may have brought.
        loop {
            let is_due = |name: &&String| {
                let content = self.files.get(*name);
                content.is_some_and(|content| content.is_due(peer.log()))
            };
            let Some(name) = names.iter().find(is_due) else {
                break;
            };
            self.import(now_ms, name, peer, &mut sync);
        }
        for (name, content) in &mut self.files {
            content.settle(peer.log());
            sync.skipped
                .extend(content.skip_reason().map(|reason| SkippedFile {
                    name: name.clone(),
                    reason,
                }));
        }
        sync.written = self.write(peer.log(), |event| peer.attestations(event))?;
        Ok(sync)
    }

    /// Imports one file into a peer, one pack at a time.
    fn import(&mut self, now_ms: u64, name: &str, peer: &mut Peer, sync: &mut FolderSync) {
        let used: usize = self.files.values().map(FileContent::bytes).sum();
        let used = used - self.files.get(name).map_or(0, FileContent::bytes);
        let room = self.limits.max_total_bytes.saturating_sub(used);
        let mut content = FileContent::default();
        let read = self.read_into(now_ms, name, peer, room, &mut content, &mut sync.outputs);
        match read {
            Err(reason) if !reason.is_final() => {
                self.files.remove(name);
                sync.skipped.push(SkippedFile {
                    name: name.to_owned(),
                    reason,
                });
                return;
            }
            Err(reason) => content.refuse(reason),
            Ok(()) => content.settle(peer.log()),
        }
        self.files.insert(name.to_owned(), content);
    }

    fn read_into(
        &self,
        now_ms: u64,
        name: &str,
        peer: &mut Peer,
        room: usize,
        content: &mut FileContent,
        out: &mut Vec<Output>,
    ) -> Result<(), SkipReason> {
        let max = self.limits.max_file_bytes;
        // No file is larger than its content, apart from its envelope.
        let limit = MAX_BUNDLE_BYTES.min(max.saturating_add(ENVELOPE_BYTES));
        let bytes = file::read(&self.path, name, limit)?;
        let full = |error| match error {
            BundleError::ContentTooLarge(_) if room < max => {
                SkipReason::FolderFull(self.limits.max_total_bytes)
            }
            error => SkipReason::InvalidBundle(error),
        };
        let mut reader = BundleReader::new(&bytes, &self.space, max.min(room)).map_err(full)?;
        for events in reader.by_ref() {
            let events = events.map_err(full)?;
            content.add(&events, peer.log());
            out.extend(peer.import(now_ms, events, Vec::new()));
        }
        let attestations = reader.into_attestations().map_err(full)?;
        out.extend(peer.import(now_ms, [], attestations));
        Ok(())
    }

    /// Writes one file with the events of a log that no file contains.
    ///
    /// Returns the name of the file, or `None` if every event is in a file. The file has at most
    /// half of [`FolderLimits::max_file_bytes`]; the next call writes what remains.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be written.
    pub fn write<A: IntoIterator<Item = Attestation>>(
        &mut self,
        log: &EventLog,
        attestations: impl Fn(EventId) -> A,
    ) -> Result<Option<String>, FolderError> {
        let listed = self.files.values().flat_map(FileContent::ids);
        let listed: BTreeSet<EventId> = listed.copied().collect();
        let unlisted = log.events().filter(|event| !listed.contains(&event.id()));
        let Some(mut bundle) = self.split(unlisted.cloned()).into_iter().next() else {
            return Ok(None);
        };
        bundle.attestations = collect_attestations(&bundle, attestations);
        self.write_bundle(&bundle, log).map(Some)
    }

    /// Writes one file with all events of a log, and deletes the files that contain no other
    /// events.
    ///
    /// Other peers can write and compact at the same time. Returns the name of the file; of the
    /// first file, if the events exceed half of [`FolderLimits::max_file_bytes`] and take several.
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
        // files.
        let mut bundles = self.split(log.topological());
        if bundles.is_empty() {
            bundles.push(Bundle::default());
        }
        let mut names = Vec::new();
        for mut bundle in bundles {
            bundle.attestations = collect_attestations(&bundle, &attestations);
            names.push(self.write_bundle(&bundle, log)?);
        }
        let covered: Vec<String> = self
            .files
            .iter()
            .filter(|(other, content)| !names.contains(other) && content.is_replaced_by(log))
            .map(|(other, _)| other.clone())
            .collect();
        for other in covered {
            file::delete(&self.path, &other)?;
            self.files.remove(&other);
        }
        Ok(names.swap_remove(0))
    }

    /// Returns the number of files that were read or written and still exist.
    #[must_use]
    pub fn file_count(&self) -> usize {
        self.files.len()
    }

    fn write_bundle(&mut self, bundle: &Bundle, log: &EventLog) -> Result<String, FolderError> {
        let name = file::write(&self.path, &bundle.encode(&self.space))?;
        let mut content = FileContent::default();
        content.add(&bundle.events, log);
        content.settle(log);
        self.files.insert(name.clone(), content);
        Ok(name)
    }

    /// Splits events into bundles that every peer with the same limits reads.
    fn split(&self, events: impl IntoIterator<Item = DdlEvent>) -> Vec<Bundle> {
        let (mut bundles, mut bytes) = (Vec::new(), usize::MAX);
        for event in events {
            let with_event = bytes.saturating_add(event.encoded_len());
            if with_event > self.limits.max_file_bytes / 2 {
                bundles.push(Bundle::default());
                bytes = 0;
            }
            bytes += event.encoded_len();
            if let Some(bundle) = bundles.last_mut() {
                bundle.events.push(event);
            }
        }
        bundles
    }
}

fn collect_attestations<A: IntoIterator<Item = Attestation>>(
    bundle: &Bundle,
    attestations: impl Fn(EventId) -> A,
) -> Vec<Attestation> {
    let events = bundle.events.iter();
    events.flat_map(|event| attestations(event.id())).collect()
}
