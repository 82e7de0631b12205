//! Peers that see one folder: a file share, a synchronised directory, a git checkout.
//!
//! Every file is a [`Bundle`], and its name is the hash of its contents. So a file is never edited, two writers
//! never want the same name for different contents, a file that is half there is recognised, and branches of a git
//! repository merge without a conflict. Nothing has to be deleted, and whatever is, is written again by anybody who
//! still has it.

mod file;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kuzu_ddl_runtime::event::{DdlEvent, EventId};

use crate::bundle::{Bundle, BundleError};
use crate::protocol::output::Output;
use crate::{Attestation, Log, Peer, SpaceId};

/// The ending of the names of files.
pub const ENDING: &str = "kddl";

/// No more files of a folder are looked at than this.
pub const MAX_FILES: usize = 65_536;

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}: {source}", path.display())]
pub struct FolderError {
    /// What was tried.
    pub action: &'static str,
    /// On which file or folder.
    pub path: PathBuf,
    /// What the system said.
    pub source: std::io::Error,
}

/// A folder that several peers see.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    space: SpaceId,
    /// The files that were read, with the events in them.
    files: BTreeMap<String, Vec<EventId>>,
}

/// A file that was passed over. It is looked at again the next time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its name.
    pub name: String,
    /// Why.
    pub why: Why,
}

/// Why a file was passed over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Why {
    /// The contents are not those of the name: half written, damaged or edited.
    #[error("its contents are not those of its name: it is not complete yet, or damaged")]
    NotItsName,
    /// It is not a file: a folder, a link, a pipe.
    #[error("it is not a plain file")]
    NotAFile,
    /// It could not be read.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// It is no bundle, or not one for this space or this version.
    #[error(transparent)]
    Refused(#[from] BundleError),
    /// More than [`MAX_FILES`].
    #[error("there are more than {MAX_FILES} files; compact the folder")]
    TooManyFiles,
}

/// What one look at a folder brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The events of files that were not read before.
    pub events: Vec<DdlEvent>,
    /// What was said about them.
    pub attestations: Vec<Attestation>,
    /// What was passed over.
    pub skipped: Vec<Skipped>,
}

/// What was done in one [`Folder::sync`].
#[derive(Debug, Default)]
pub struct Exchange {
    /// What the peer wants done: new events for the database, frames for other peers.
    pub outputs: Vec<Output>,
    /// What was passed over.
    pub skipped: Vec<Skipped>,
    /// The file that was written, if there was something to write.
    pub written: Option<String>,
}

impl Folder {
    /// A folder, which is made if it is not there.
    ///
    /// # Errors
    /// See [`FolderError`].
    pub fn open(path: impl Into<PathBuf>, space: SpaceId) -> Result<Self, FolderError> {
        let path = path.into();
        std::fs::create_dir_all(&path).map_err(|source| FolderError {
            action: "make the folder",
            path: path.clone(),
            source,
        })?;
        Ok(Self {
            path,
            space,
            files: BTreeMap::new(),
        })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes in what others wrote, and writes what no file has: call it now and then, and after every change.
    ///
    /// # Errors
    /// See [`FolderError`].
    pub fn sync(&mut self, now: u64, peer: &mut Peer) -> Result<Exchange, FolderError> {
        let reading = self.read()?;
        let outputs = peer.import(now, reading.events, reading.attestations);
        let written = self.write(peer.log(), |event| peer.attestations(event))?;
        Ok(Exchange {
            outputs,
            skipped: reading.skipped,
            written,
        })
    }

    /// The events of all files that were not read before. Files that are gone are forgotten, and what was in
    /// them is written again by the next [`write`](Self::write).
    ///
    /// # Errors
    /// The folder cannot be listed.
    pub fn read(&mut self) -> Result<Reading, FolderError> {
        let mut reading = Reading::default();
        let names = file::list(&self.path)?;
        self.files.retain(|name, _| names.contains(name));
        for (n, name) in names.into_iter().enumerate() {
            if self.files.contains_key(&name) {
                continue;
            }
            let bundle = if n < MAX_FILES {
                file::read(&self.path, &name, &self.space)
            } else {
                Err(Why::TooManyFiles)
            };
            match bundle {
                Ok(bundle) => {
                    let ids = bundle.events.iter().map(|event| event.id()).collect();
                    self.files.insert(name, ids);
                    reading.events.extend(bundle.events);
                    reading.attestations.extend(bundle.attestations);
                }
                Err(why) => reading.skipped.push(Skipped { name, why }),
            }
        }
        Ok(reading)
    }

    /// Writes one file with the events of the log that no file has; its name, or `None` if there are none.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write<A: IntoIterator<Item = Attestation>>(
        &mut self,
        log: &Log,
        attestations: impl Fn(EventId) -> A,
    ) -> Result<Option<String>, FolderError> {
        let mut bundle = Bundle::of(log, &self.events());
        if bundle.events.is_empty() {
            return Ok(None);
        }
        let said = bundle
            .events
            .iter()
            .flat_map(|event| attestations(event.id()));
        bundle.attestations = said.collect();
        self.put(&bundle).map(Some)
    }

    /// Writes one file with all events of the log, and deletes the files that have nothing besides: for a folder with
    /// very many files. Others may write and compact at the same time.
    ///
    /// # Errors
    /// A file cannot be written or deleted.
    pub fn compact<A: IntoIterator<Item = Attestation>>(
        &mut self,
        log: &Log,
        attestations: impl Fn(EventId) -> A,
    ) -> Result<String, FolderError> {
        // In an order of its own, so that two who compact the same make the same file.
        let mut bundle = Bundle {
            events: log.ranked(),
            attestations: Vec::new(),
        };
        let said = bundle
            .events
            .iter()
            .flat_map(|event| attestations(event.id()));
        bundle.attestations = said.collect();
        let name = self.put(&bundle)?;
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

    /// How many files were read and are there.
    #[must_use]
    pub fn files(&self) -> usize {
        self.files.len()
    }

    /// The events that some file has.
    fn events(&self) -> BTreeSet<EventId> {
        self.files.values().flatten().copied().collect()
    }

    fn put(&mut self, bundle: &Bundle) -> Result<String, FolderError> {
        let name = file::write(&self.path, &bundle.encode(&self.space))?;
        let ids = bundle.events.iter().map(|event| event.id()).collect();
        self.files.insert(name.clone(), ids);
        Ok(name)
    }
}
