//! Decodes events from columns.

use std::collections::HashMap;

use super::super::change::Change;
use super::super::codec::reader::Reader;
use super::super::codec::writer::Writer;
use super::super::codec::{CodecError, MAX_EVENT_BYTES};
use super::super::ddl_event::DdlEvent;
use super::super::dependencies::Dependencies;
use super::super::id::EventId;
use super::columns::{PackError, column_index, is_columned, observe};
use super::intern::{InternId, InternReader};
use super::predictor::DependencyPredictor;

/// The maximum capacity reserved from a claimed count. Beyond it, memory grows as events arrive.
const MOST_AT_ONCE: usize = 1 << 17;

/// Decodes the events of inflated columns.
pub(super) fn read_columns(
    columns: &[u8],
    literals: &[u8],
    limit: usize,
) -> Result<Vec<DdlEvent>, PackError> {
    let mut r = Reader::new(columns);
    let (count, numbers, refs, texts) = (r.length()?, r.length()?, r.length()?, r.length()?);
    let (numbers, refs, texts) = (r.take(numbers)?, r.take(refs)?, r.take(texts)?);
    r.end()?;
    // Validated at once, because there are many short texts.
    let Ok(texts) = std::str::from_utf8(texts) else {
        return Ok(r.malformed("the texts are not UTF-8")?);
    };
    let room = count.min(MOST_AT_ONCE);
    // An event introduces at most two hashes, except for tables with their keys.
    let interned = InternReader::new((refs, texts, literals), 2 * room, limit);
    let mut pack = Pack {
        r: Reader::packed(numbers, interned),
        memory: DependencyPredictor::with_capacity(2 * room),
        buffer: Writer::with_capacity(1024),
    };
    let mut events: Vec<DdlEvent> = Vec::with_capacity(room);
    // A few bytes can repeat one event a million times: all share the first.
    let mut firsts: HashMap<EventId, usize, foldhash::fast::RandomState> = HashMap::default();
    for position in 0..count {
        let read = pack.event();
        let event = read.map_err(|error| match pack.r.interned() {
            Ok(interned) if interned.is_exhausted => PackError::TooLarge(limit),
            _ => PackError::Event {
                event: position,
                error,
            },
        })?;
        let first = *firsts.entry(event.id()).or_insert(position);
        events.push(events.get(first).cloned().unwrap_or(event));
    }
    let end = pack.r.end().and_then(|()| pack.r.interned()?.end());
    end.map_err(|error| PackError::Event {
        event: count,
        error,
    })?;
    Ok(events)
}

struct Pack<'a> {
    r: Reader<'a>,
    memory: DependencyPredictor,
    /// A buffer for everything that is hashed.
    buffer: Writer,
}

impl Pack<'_> {
    fn event(&mut self) -> Result<DdlEvent, CodecError> {
        let r = &mut self.r;
        let Ok(kind) = u16::try_from(r.uint()?) else {
            return r.malformed("the kind is out of range");
        };
        if kind == 0 {
            return self.whole();
        }
        let interned = r.interned()?;
        interned.mentions.clear();
        let budget = interned.budget();
        let before = r.remaining();
        let change = match Change::read_from(kind, r)? {
            Some(change) if is_columned(kind) => change,
            _ => return r.malformed("events of this kind are not stored in columns"),
        };
        let created = change.created_object_with(&mut self.buffer);
        let object = match created {
            Some(object) => object,
            None => r.object()?,
        };
        let interned = r.interned()?;
        let (near, known) = column_index(&mut interned.mentions, created.is_some());
        let guesses = self.memory.predict(kind, known, &interned.mentions);
        let depends_on = dependencies(r, guesses)?;
        let spent = before - r.remaining();
        r.interned()?.charge_budget(spent)?;
        let event = DdlEvent::new_in(&mut self.buffer, object, depends_on, change);
        if event.encoded_len() > MAX_EVENT_BYTES {
            return Err(CodecError::TooLarge(event.encoded_len()));
        }
        let interned = r.interned()?;
        // Derived ids and the envelope were not read, but are part of the event.
        let charged = budget - interned.budget();
        interned.charge_budget(event.encoded_len().saturating_sub(charged))?;
        observe(&mut self.memory, &event, kind, near, |hash| {
            interned.intern(*hash)
        });
        Ok(event)
    }

    /// Decodes an event from its canonical encoding.
    fn whole(&mut self) -> Result<DdlEvent, CodecError> {
        let bytes = self.r.bytes()?;
        let interned = self.r.interned()?;
        interned.charge_budget(bytes.len())?;
        let event = DdlEvent::decode(bytes)?;
        observe(&mut self.memory, &event, 0, None, |hash| {
            interned.intern(*hash)
        });
        Ok(event)
    }
}

fn dependencies(r: &mut Reader<'_>, guesses: &[InternId]) -> Result<Dependencies, CodecError> {
    let mask = r.uint()?;
    let (others, mask) = (mask & 1 == 1, mask >> 1);
    if mask.checked_shr(guesses.len() as u32).unwrap_or(0) != 0 {
        return r.malformed("the mask selects a dependency that was not predicted");
    }
    let interned = r.interned()?;
    let mut ids = Vec::with_capacity(mask.count_ones() as usize);
    for (bit, guess) in guesses.iter().enumerate() {
        if mask >> bit & 1 == 1 {
            ids.push(EventId::from_bytes(interned.resolve(*guess)?));
        }
    }
    if others {
        for _ in 0..r.length()? {
            ids.push(r.event()?);
        }
    }
    let all = ids.len();
    let depends_on = Dependencies::from(ids);
    if depends_on.len() != all {
        return r.malformed("duplicate dependency");
    }
    Ok(depends_on)
}
