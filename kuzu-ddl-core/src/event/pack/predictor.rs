//! What an event of a pack probably depends on: both sides remember the same, and guess the same.

use super::intern::Number;

/// More than this many guesses are not made.
const MAX_GUESSES: usize = 32;

/// The kinds that make, drop or restore.
const LIVES: [u16; 13] = [1, 2, 3, 4, 6, 7, 8, 10, 11, 20, 21, 22, 23];

/// What has happened to an object so far, as far as the pack tells. There is one for each hash, so it is small.
#[derive(Clone, Copy, Debug, Default)]
struct Trace {
    parent: Known,
    /// The event that last made, dropped or restored it.
    life: Known,
    /// Where the last events of each other kind about it begin in [`Memory::lasts`].
    lasts: Known,
}

/// A number that may be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Known(u32);

impl Known {
    fn of(number: Number) -> Self {
        Self(number + 1)
    }

    fn get(self) -> Option<Number> {
        self.0.checked_sub(1)
    }
}

/// The last event of one kind about an object.
#[derive(Debug)]
struct Last {
    kind: u16,
    event: Number,
    /// That of another kind.
    next: Known,
}

/// All that has happened.
#[derive(Debug, Default)]
pub(super) struct Memory {
    traces: Vec<Trace>,
    lasts: Vec<Last>,
    guesses: Vec<Number>,
}

impl Memory {
    /// With room for so many hashes.
    pub(super) fn with_capacity(hashes: usize) -> Self {
        Self {
            traces: Vec::with_capacity(hashes),
            ..Self::default()
        }
    }

    /// The events that one of this kind about `object` probably depends on, given all it mentions.
    pub(super) fn guess(
        &mut self,
        kind: u16,
        object: Option<Number>,
        mentions: &[Number],
    ) -> &[Number] {
        self.guesses.clear();
        if let Some(trace) = object.and_then(|object| self.trace(object)).copied() {
            self.add(trace.life.get());
            let parent = trace.parent.get().and_then(|parent| self.trace(parent));
            self.add(parent.and_then(|parent| parent.life.get()));
            let last = self.last(trace, kind);
            self.add(last.map(|at| self.lasts[at].event));
        }
        for mention in mentions.iter().take(MAX_GUESSES) {
            let life = self.trace(*mention).and_then(|trace| trace.life.get());
            self.add(life.or(Some(*mention)));
        }
        &self.guesses
    }

    fn add(&mut self, guess: Option<Number>) {
        if let Some(guess) = guess
            && self.guesses.len() < MAX_GUESSES
            && !self.guesses.contains(&guess)
        {
            self.guesses.push(guess);
        }
    }

    fn trace(&self, object: Number) -> Option<&Trace> {
        self.traces.get(object as usize)
    }

    /// Where the last event of a kind stands.
    fn last(&self, trace: Trace, kind: u16) -> Option<usize> {
        let mut next = trace.lasts;
        while let Some(at) = next.get() {
            let last = self.lasts.get(at as usize)?;
            if last.kind == kind {
                return Some(at as usize);
            }
            next = last.next;
        }
        None
    }

    /// Remembers an event about an object; `parent` if it brought it into being.
    pub(super) fn learn(
        &mut self,
        event: Number,
        kind: u16,
        object: Number,
        parent: Option<Number>,
    ) {
        let at = object as usize;
        if self.traces.len() <= at {
            self.traces.resize(at + 1, Trace::default());
        }
        let mut trace = self.traces[at];
        if trace.parent == Known::default() {
            trace.parent = parent.map(Known::of).unwrap_or_default();
        }
        if LIVES.contains(&kind) {
            trace.life = Known::of(event);
        } else if let Some(last) = self.last(trace, kind) {
            self.lasts[last].event = event;
        } else {
            let last = Last {
                kind,
                event,
                next: trace.lasts,
            };
            trace.lasts = Known::of(self.lasts.len() as Number);
            self.lasts.push(last);
        }
        self.traces[at] = trace;
    }
}
