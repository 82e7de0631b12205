//! Rows to values and back, without an engine.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{FORMAT, Revision, Rows, STATE, State, Tag};
use crate::declared::Declared;
use crate::drift::Places;
use crate::event::{
    CodecError, DdlEvent, ENCODING_VERSION, EventId, Fingerprint, ObjectId, Reader, Writer,
};
use crate::fold::Fold;
use crate::plan::Making;
use crate::schema::{Key, Table};

/// A row of the ledger that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BadRow {
    /// Its key.
    pub key: String,
    /// What is wrong.
    pub reason: String,
    /// What can be done about it.
    pub damage: Damage,
}

/// What can be done about a row that is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Damage {
    /// A repair sets it aside and goes on without.
    Broken,
    /// Others speak of it and it is not there. A repair goes on without.
    Missing,
    /// Nothing, here: a newer version of kuzu-ddl wrote it, or somebody else's table has the ledger's
    /// name.
    NotOurs,
}

impl BadRow {
    fn broken(key: &str, reason: impl Into<String>) -> Self {
        let (key, reason) = (key.to_owned(), reason.into());
        let damage = Damage::Broken;
        Self {
            key,
            reason,
            damage,
        }
    }

    pub(super) fn missing(key: String) -> Self {
        Self {
            key,
            reason: "the row is missing".into(),
            damage: Damage::Missing,
        }
    }

    pub(super) fn not_ours(key: &str, reason: String) -> Self {
        let damage = Damage::NotOurs;
        Self {
            damage,
            ..Self::broken(key, reason)
        }
    }

    /// A row whose body cannot be one.
    pub(super) fn no_blob(key: &str) -> Self {
        Self::broken(key, "the body is not a BLOB")
    }

    /// The key as far as a line has room.
    #[must_use]
    pub fn short(&self) -> String {
        self.key.chars().take(100).collect()
    }
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.short(), self.reason)
    }
}

/// All rows, understood.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    /// The events by id.
    pub events: BTreeMap<EventId, DdlEvent>,
    /// What the history begins with, if it is a checkpoint; the events that it kept are among the others.
    pub base: Option<Fold>,
    /// Events of peers that are known, and not carried out here yet.
    pub inbox: BTreeMap<EventId, DdlEvent>,
    /// Declarations that were carried out here.
    pub seen: BTreeSet<Fingerprint>,
    /// What was declared last of every object.
    pub ancestor: Option<Declared>,
    /// The revisions by number.
    pub revisions: BTreeMap<u64, Revision>,
    /// The tags by name.
    pub tags: BTreeMap<String, Tag>,
    /// Values that are being made, by property.
    pub making: BTreeMap<ObjectId, Making>,
    /// What the last start left behind; `None` only where there is no ledger.
    pub state: Option<State>,
    /// The engine's numbers of tables and properties.
    pub places: Places,
    /// Rows that are not what they should be.
    pub bad: Vec<BadRow>,
}

impl Contents {
    /// Reads rows. Whatever they hold, this never panics and loses nothing in silence.
    pub fn from_rows(rows: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let mut contents = Self::default();
        let mut any = false;
        for (key, body) in rows {
            any = true;
            if let Err(bad) = contents.take(&key, &body) {
                contents.bad.push(bad);
            }
        }
        if any && contents.state.is_none() && !contents.bad.iter().any(|row| row.key == STATE) {
            contents.bad.push(BadRow::missing(STATE.into()));
        }
        let frontier = contents.state.iter().flat_map(|state| &state.frontier);
        let recorded = contents
            .revisions
            .values()
            .flat_map(|revision| &revision.events);
        let tagged = contents.tags.values().flat_map(|tag| &tag.frontier);
        for event in frontier
            .chain(recorded)
            .chain(tagged)
            .filter(|id| !contents.events.contains_key(id))
        {
            contents.bad.push(BadRow::missing(format!("event/{event}")));
        }
        contents.bad.sort();
        contents.bad.dedup_by(|a, b| a.key == b.key);
        contents
    }

    /// What all events say that are carried out here.
    #[must_use]
    pub fn fold(&self) -> Fold {
        let mut fold = self.base.clone().unwrap_or_default();
        fold.extend(self.events.values().cloned());
        fold
    }

    /// The declarations whose changes were undone by going back, and that nobody has made again.
    #[must_use]
    pub fn undone(&self) -> BTreeSet<Fingerprint> {
        self.undone_by(u64::MAX)
    }

    /// The same when the revision `last` was the newest.
    pub(crate) fn undone_by(&self, last: u64) -> BTreeSet<Fingerprint> {
        let mut undone = BTreeSet::new();
        for revision in self.revisions.range(..=last).map(|(_, revision)| revision) {
            if let Some(back) = &revision.back {
                undone.clone_from(&back.undone);
            }
            if let Some(declared) = &revision.declared {
                undone.remove(declared);
            }
        }
        undone
    }

    fn take(&mut self, key: &str, body: &[u8]) -> Result<(), BadRow> {
        let (kind, name) = key.split_once('/').unwrap_or((key, ""));
        match kind {
            STATE => {
                self.state = Some(read_state(body)?);
                Ok(())
            }
            "event" => {
                let event = read_event(name, body).map_err(|e| e.of(key))?;
                self.events.insert(event.id(), event);
                Ok(())
            }
            "inbox" => {
                let event = read_waiting(name, body).map_err(|e| e.of(key))?;
                self.inbox.extend(event.map(|event| (event.id(), event)));
                Ok(())
            }
            "events" => self.events(name, body).map_err(|e| e.of(key)),
            _ => self
                .other(kind, name, body)
                .map_err(|reason| BadRow::broken(key, reason)),
        }
    }

    fn events(&mut self, name: &str, body: &[u8]) -> Result<(), Unreadable> {
        let first: EventId = name.parse().map_err(text)?;
        let events = unpack(body)?;
        if events.first().is_none_or(|event| event.id() != first) {
            return Err(text("the body begins with another event"));
        }
        self.events
            .extend(events.into_iter().map(|event| (event.id(), event)));
        Ok(())
    }

    fn other(&mut self, kind: &str, name: &str, body: &[u8]) -> Result<(), String> {
        match kind {
            "declared" => {
                self.seen.insert(name.parse().map_err(|e| format!("{e}"))?);
            }
            "ancestor" => self.ancestor = Some(json(body)?),
            "revision" => {
                let revision: Revision = json(body)?;
                self.revisions.insert(revision.number, revision);
            }
            "tag" => {
                self.tags.insert(name.to_owned(), json(body)?);
            }
            "making" => {
                let id: ObjectId = name.parse().map_err(|e| format!("{e}"))?;
                self.making.insert(id, json(body)?);
            }
            "checkpoint" => {
                let base = Fold::from_checkpoint(body).map_err(|e| e.to_string())?;
                let kept = base.events().into_iter();
                self.events.extend(kept.map(|event| (event.id(), event)));
                self.base = Some(base);
            }
            "places" => self.places = read_places(body).map_err(|e| e.to_string())?,
            // What a repair set aside; whatever it is, nobody needs it any more.
            "aside" => {}
            _ => return Err("a key of no kind that this version of kuzu-ddl knows".into()),
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

/// Why an event cannot be read.
enum Unreadable {
    /// Another version wrote it.
    Version(CodecError),
    Text(String),
}

fn text(reason: impl fmt::Display) -> Unreadable {
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
    fn of(self, key: &str) -> BadRow {
        match self {
            Self::Version(e) => BadRow::not_ours(key, e.to_string()),
            Self::Text(reason) => BadRow::broken(key, reason),
        }
    }
}

/// What a peer sent as an event of a newer version can turn out to be none once its kind is known here.
/// Then it is left where it is: nobody may damage a ledger from afar.
fn read_waiting(name: &str, body: &[u8]) -> Result<Option<DdlEvent>, Unreadable> {
    match read_event(name, body) {
        Err(Unreadable::Text(_)) if EventId::of(body).to_string() == name => Ok(None),
        read => read.map(Some),
    }
}

pub(crate) fn inbox_key(id: EventId) -> String {
    format!("inbox/{id}")
}

pub(crate) fn put_inbox(rows: &mut Rows, event: &DdlEvent) {
    rows.insert(inbox_key(event.id()), event.encode());
}

/// Reads the row `state`.
pub(super) fn read_state(body: &[u8]) -> Result<State, BadRow> {
    #[derive(serde::Deserialize)]
    struct Format {
        format: u32,
    }
    let broken = |reason| BadRow::broken(STATE, reason);
    let state = json::<State>(body);
    match state {
        // Every start comes by here, so what is in order is read once only.
        Ok(state) if state.format <= FORMAT => return Ok(state),
        _ => {}
    }
    let Format { format } = json(body).map_err(broken)?;
    if format > FORMAT {
        let reason = format!(
            "the ledger has format {format}, and this version of kuzu-ddl reads {FORMAT}; use a newer one"
        );
        return Err(BadRow::not_ours(STATE, reason));
    }
    state.map_err(broken)
}

pub(super) fn json<'a, T: serde::Deserialize<'a>>(body: &'a [u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|e| e.to_string())
}

pub(super) fn to_json<T: serde::Serialize>(value: &T) -> Vec<u8> {
    // Our own types: no map has keys that JSON cannot hold, so this cannot fail.
    serde_json::to_vec(value).unwrap_or_default()
}

/// Whether a declared table comes back from the row that holds it.
pub(crate) fn is_readable(table: &Table) -> bool {
    let mut declared = Declared::default();
    declared
        .schema
        .tables
        .insert(Key::new(&table.name), table.clone());
    json::<Declared>(&to_json(&declared)).is_ok_and(|read| read == declared)
}

/// From how many events on several share a row: a row costs more than what is in it.
const PACKED_FROM: usize = 32;

/// How large a row of several events grows, in bytes, before the next one is begun.
const PACK_BYTES: usize = 64 * 1024;

pub(crate) fn put_events(rows: &mut Rows, events: &[DdlEvent]) {
    if events.len() < PACKED_FROM {
        let row = |event: &DdlEvent| (format!("event/{}", event.id()), event.encode());
        rows.extend(events.iter().map(row));
        return;
    }
    let mut pack: Option<(EventId, Writer)> = None;
    for event in events {
        let (_, w) = pack.get_or_insert_with(|| (event.id(), Writer::default()));
        w.bytes(&event.encode());
        if w.size() >= PACK_BYTES
            && let Some((first, w)) = pack.take()
        {
            rows.insert(format!("events/{first}"), w.finish());
        }
    }
    if let Some((first, w)) = pack {
        rows.insert(format!("events/{first}"), w.finish());
    }
}

fn unpack(body: &[u8]) -> Result<Vec<DdlEvent>, CodecError> {
    let mut reader = Reader::new(body);
    let mut events = Vec::new();
    while reader.end().is_err() {
        events.push(DdlEvent::decode(reader.bytes()?)?);
    }
    Ok(events)
}

pub(crate) fn put_checkpoint(rows: &mut Rows, bytes: &[u8]) {
    rows.insert("checkpoint".into(), bytes.to_vec());
}

pub(crate) fn put_places(rows: &mut Rows, places: &Places) {
    let mut w = Writer::default();
    for numbers in [&places.tables, &places.properties] {
        w.len(numbers.len());
        for (object, number) in numbers {
            w.hash(object.as_bytes());
            w.uint((*number).into());
        }
    }
    rows.insert("places".into(), w.finish());
}

fn read_places(body: &[u8]) -> Result<Places, CodecError> {
    let mut reader = Reader::new(body);
    let mut numbers = || {
        let mut numbers = BTreeMap::new();
        for _ in 0..reader.len()? {
            let object = reader.object()?;
            let number = reader.uint()?;
            let Ok(number) = u64::try_from(number) else {
                return reader.bad("a number out of range");
            };
            numbers.insert(object, number);
        }
        Ok(numbers)
    };
    let (tables, properties) = (numbers()?, numbers()?);
    reader.end()?;
    Ok(Places { tables, properties })
}

pub(crate) fn put_declared(rows: &mut Rows, id: Fingerprint, declared: &Declared) {
    rows.insert(declared_key(id), Vec::new());
    rows.insert("ancestor".into(), to_json(declared));
}

/// The key of the row that says that a declaration was carried out here.
pub(super) fn declared_key(id: Fingerprint) -> String {
    format!("declared/{id}")
}

pub(crate) fn put_ancestor(rows: &mut Rows, declared: &Declared) {
    rows.insert("ancestor".into(), to_json(declared));
}

pub(crate) fn put_revision(rows: &mut Rows, revision: &Revision) {
    rows.insert(
        format!("revision/{:010}", revision.number),
        to_json(revision),
    );
}

pub(crate) fn put_state(rows: &mut Rows, state: &State) {
    rows.insert(STATE.into(), to_json(state));
}

/// The hash of all a declaration says; where its structs stand and in which order their fields come
/// is no part of it, nor how values are made on the way.
pub(super) fn identity(declared: &Declared) -> Fingerprint {
    let mut w = Writer::default();
    w.byte(2);
    w.hash(declared.schema.fingerprint().as_bytes());
    w.len(declared.tables.len());
    for (key, hints) in &declared.tables {
        w.text(key.as_str());
        w.len(hints.renamed_from.len());
        hints.renamed_from.iter().for_each(|name| w.text(name));
        w.len(hints.properties.len());
        for (property, olds) in &hints.properties {
            w.text(property.as_str());
            w.len(olds.len());
            olds.iter().for_each(|name| w.text(name));
        }
        w.len(hints.dropped.len());
        hints.dropped.iter().for_each(|name| w.text(name.as_str()));
        w.len(hints.dropped_pairs.len());
        for pair in &hints.dropped_pairs {
            w.text(pair.from.as_str());
            w.text(pair.to.as_str());
        }
    }
    w.len(declared.dropped_tables.len());
    declared
        .dropped_tables
        .keys()
        .for_each(|name| w.text(name.as_str()));
    if !declared.dropped_sequences.is_empty() {
        w.len(declared.dropped_sequences.len());
        let names = declared.dropped_sequences.keys();
        names.for_each(|name| w.text(name.as_str()));
    }
    Fingerprint::of(&w.finish())
}

/// The hash of a declaration with its casts; `None` where it has none.
pub(super) fn with_casts(declared: &Declared, identity: Fingerprint) -> Option<Fingerprint> {
    let mut w = Writer::default();
    w.hash(identity.as_bytes());
    let mut some = false;
    for (table, hints) in &declared.tables {
        let casts = hints.casts.iter().map(|(name, cast)| (1, name, cast));
        let by = hints.casts_with.iter().map(|(name, by)| (2, name, by));
        for (kind, name, text) in casts.chain(by) {
            some = true;
            w.byte(kind);
            w.text(table.as_str());
            w.text(name.as_str());
            w.text(text);
        }
    }
    some.then(|| Fingerprint::of(&w.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_events_share_rows() {
        let events: Vec<DdlEvent> = (0..5_000)
            .map(|n| {
                let change = crate::event::Change::RenameTable {
                    to: format!("T{n}"),
                };
                DdlEvent::new(crate::event::ObjectId::of(b"t"), [].into(), change)
            })
            .collect();
        let mut rows = Rows::new();
        put_events(&mut rows, &events);
        assert!(rows.len() < 20, "{}", rows.len());
        let found = Contents::from_rows(rows.clone()).events;
        assert_eq!(found.len(), events.len());
        // Each row is told by its key, or by the events that the revision says were there.
        put_revision(
            &mut rows,
            &Revision {
                number: 1,
                events: events.iter().map(DdlEvent::id).collect(),
                declared: None,
                back: None,
                app: None,
                version: String::new(),
                at: 0,
                took: 0,
                received: false,
            },
        );
        for key in rows.keys().filter(|key| key.starts_with("events/")) {
            for damage in [
                |body: &mut Vec<u8>| body.truncate(body.len() / 2),
                |body: &mut Vec<u8>| body[20] ^= 1,
                |body: &mut Vec<u8>| body[60] ^= 1,
                Vec::clear,
            ] {
                let mut rows = rows.clone();
                damage(rows.get_mut(key).expect("it is there"));
                let bad = Contents::from_rows(rows).bad;
                let told = |row: &BadRow| row.key == *key || row.key.starts_with("event/");
                assert!(bad.iter().any(told), "{bad:?}");
            }
        }
    }

    #[test]
    fn corrupt_rows_are_told() {
        let row = |key: &str, body: &[u8]| (key.to_owned(), body.to_vec());
        let contents = Contents::from_rows([
            row("event/zz", b""),
            row(&format!("event/{}", EventId::of(b"x")), b"\x01garbage"),
            row("revision/1", b"{"),
            row("state", b"{\"format\": 99}"),
            row("ancestor", &[0xff]),
            row("declared/short", b""),
            row("what", b""),
            row(&"k".repeat(100_000), b""),
        ]);
        assert_eq!(contents.bad.len(), 8);
        assert!(
            contents
                .bad
                .iter()
                .any(|bad| bad.reason.contains("format 99"))
        );
        assert!(Contents::from_rows([]).bad.is_empty());
    }
}
