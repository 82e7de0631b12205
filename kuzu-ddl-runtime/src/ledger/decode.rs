//! Decodes rows of the ledger.

use std::collections::BTreeMap;
use std::fmt;

use kuzu_ddl_core::event::{CodecError, DdlEvent, ENCODING_VERSION, EventId, ObjectId, Reader};
use kuzu_ddl_core::fold::Fold;
use kuzu_ddl_core::state::CatalogIds;

use super::contents::LedgerContents;
use super::corrupt::CorruptRow;
use super::keys::{self, STATE};
use super::model::{FORMAT, LedgerState, Revision};

impl LedgerContents {
    pub(super) fn decode_row(&mut self, key: &str, body: &[u8]) -> Result<(), CorruptRow> {
        let (kind, name) = keys::kind_of(key);
        match kind {
            STATE => {
                self.state = Some(decode_state(body)?);
                Ok(())
            }
            "event" => {
                let event = read_event(name, body).map_err(|e| e.of(key))?;
                self.events.insert(event.id(), event);
                Ok(())
            }
            "inbox" => {
                let event = read_inbox_event(name, body).map_err(|e| e.of(key))?;
                self.inbox.extend(event.map(|event| (event.id(), event)));
                Ok(())
            }
            "events" => self.events(name, body).map_err(|e| e.of(key)),
            _ => self
                .decode_metadata_row(kind, name, body, keys::is_former(key))
                .map_err(|reason| CorruptRow::unreadable(key, reason)),
        }
    }

    fn events(&mut self, name: &str, body: &[u8]) -> Result<(), Unreadable> {
        let first: EventId = name.parse().map_err(text)?;
        let events = unpack(body)?;
        if events.first().is_none_or(|event| event.id() != first) {
            return Err(text("the body starts with another event"));
        }
        self.events
            .extend(events.into_iter().map(|event| (event.id(), event)));
        Ok(())
    }

    fn decode_metadata_row(
        &mut self,
        kind: &str,
        name: &str,
        body: &[u8],
        is_former: bool,
    ) -> Result<(), String> {
        match kind {
            "declared" => {
                self.applied_declarations
                    .insert(name.parse().map_err(|e| format!("{e}"))?);
            }
            "ancestor" => self.ancestor = Some(json(body)?),
            "revision" => {
                let revision: Revision = json(body)?;
                self.revisions.insert(revision.number, revision);
            }
            "tag" => {
                self.tags.insert(name.to_owned(), json(body)?);
            }
            keys::ATTEMPT => self.attempts.current = Some(json(body)?),
            keys::DEFERRED_SET_ASIDE => self.attempts.deferred_set_aside = json(body)?,
            keys::SUSPECTS => self.attempts.suspects = json(body)?,
            "set-aside" => {
                let id: EventId = name.parse().map_err(|e| format!("{e}"))?;
                self.attempts.set_aside.insert(id, json(body)?);
            }
            "backfill" => {
                let id: ObjectId = name.parse().map_err(|e| format!("{e}"))?;
                let progress = json(body)?;
                // A row under the current key is newer.
                if !(is_former && self.backfills.contains_key(&id)) {
                    self.backfills.insert(id, progress);
                }
            }
            "checkpoint" => {
                let base = Fold::from_checkpoint(body).map_err(|e| e.to_string())?;
                let retained = base.events().into_iter();
                self.events
                    .extend(retained.map(|event| (event.id(), event)));
                self.checkpoint = Some(base);
            }
            keys::CATALOG_IDS => {
                let ids = decode_catalog_ids(body).map_err(|e| e.to_string())?;
                if !(is_former && self.catalog_ids != CatalogIds::default()) {
                    self.catalog_ids = ids;
                }
            }
            // Quarantined by a repair; not read again.
            "quarantine" => {}
            _ => return Err("the key has no kind that this version of kuzu-ddl knows".into()),
        }
        Ok(())
    }
}

fn read_event(name: &str, body: &[u8]) -> Result<DdlEvent, Unreadable> {
    let id: EventId = name.parse().map_err(text)?;
    let event = DdlEvent::decode(body).map_err(Unreadable::from)?;
    if event.id() == id {
        return Ok(event);
    }
    let reason = format!("the body is the event {}", event.id());
    Err(Unreadable::Text(reason))
}

/// Reason why an event cannot be read.
pub(super) enum Unreadable {
    /// A newer version wrote it.
    Version(CodecError),
    /// Any other reason.
    Text(String),
}

pub(super) fn text(reason: impl fmt::Display) -> Unreadable {
    Unreadable::Text(reason.to_string())
}

impl From<CodecError> for Unreadable {
    fn from(e: CodecError) -> Self {
        match e {
            CodecError::Version(version) if version > ENCODING_VERSION => Self::Version(e),
            e => text(e),
        }
    }
}

impl Unreadable {
    fn of(self, key: &str) -> CorruptRow {
        match self {
            Self::Version(e) => CorruptRow::foreign(key, e.to_string()),
            Self::Text(reason) => CorruptRow::unreadable(key, reason),
        }
    }
}

/// Reads an event of the inbox. What a peer sent as an event of a newer version can turn out not to
/// be one once its kind is known here. Then the row is ignored: no peer may corrupt a ledger
/// remotely.
fn read_inbox_event(name: &str, body: &[u8]) -> Result<Option<DdlEvent>, Unreadable> {
    match read_event(name, body) {
        Err(Unreadable::Text(_)) if EventId::hash_of(body).to_string() == name => Ok(None),
        read => read.map(Some),
    }
}

/// Decodes the row `state`.
pub(super) fn decode_state(body: &[u8]) -> Result<LedgerState, CorruptRow> {
    #[derive(serde::Deserialize)]
    struct Format {
        format: u32,
    }
    let unreadable = |reason| CorruptRow::unreadable(STATE, reason);
    let state = json::<LedgerState>(body);
    match state {
        // Every start decodes this row, so a valid one is parsed only once.
        Ok(state) if state.format <= FORMAT => return Ok(state),
        _ => {}
    }
    let Format { format } = json(body).map_err(unreadable)?;
    if format > FORMAT {
        let reason =
            format!("the ledger has format {format}, but this version of kuzu-ddl reads {FORMAT}");
        return Err(CorruptRow::foreign(STATE, reason));
    }
    state.map_err(unreadable)
}

/// Decodes a body in JSON.
///
/// # Errors
/// Returns the reason if the body is not JSON of a `T`.
pub fn json<'a, T: serde::Deserialize<'a>>(body: &'a [u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|e| e.to_string())
}

fn unpack(body: &[u8]) -> Result<Vec<DdlEvent>, CodecError> {
    let mut reader = Reader::new(body);
    let mut events = Vec::new();
    while reader.end().is_err() {
        events.push(DdlEvent::decode(reader.bytes()?)?);
    }
    Ok(events)
}

fn decode_catalog_ids(body: &[u8]) -> Result<CatalogIds, CodecError> {
    let mut reader = Reader::new(body);
    let mut ids = || {
        let mut ids = BTreeMap::new();
        for _ in 0..reader.length()? {
            let object = reader.object()?;
            let number = reader.uint()?;
            let Ok(number) = u64::try_from(number) else {
                return reader.malformed("a number out of range");
            };
            ids.insert(object, number);
        }
        Ok(ids)
    };
    let (tables, properties) = (ids()?, ids()?);
    reader.end()?;
    Ok(CatalogIds { tables, properties })
}
