//! Prediction of the dependencies of an event in a pack.
//!
//! Writer and reader keep the same state and make the same predictions.

use super::intern::InternId;

/// The maximum number of predictions for one event.
const MAX_GUESSES: usize = 32;

/// The kinds that create, drop or restore an object.
const LIVES: [u16; 13] = [1, 2, 3, 4, 6, 7, 8, 10, 11, 20, 21, 22, 23];

/// The history of one object as far as the pack contains it. There is one per hash, so it is small.
#[derive(Clone, Copy, Debug, Default)]
struct ObjectTrace {
    parent: Known,
    /// The last event that created, dropped or restored the object.
    life: Known,
    /// The head of the list in [`DependencyPredictor::lasts`] with the last events of every other
    /// kind.
    lasts: Known,
}

/// An optional number in four bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Known(u32);

impl Known {
    fn of(number: InternId) -> Self {
        Self(number + 1)
    }

    fn get(self) -> Option<InternId> {
        self.0.checked_sub(1)
    }
}

/// The last event of one kind that changed an object.
#[derive(Debug)]
struct LastWrite {
    kind: u16,
    event: InternId,
    /// The entry for the next kind.
    next: Known,
}

/// The state from which dependencies are predicted.
#[derive(Debug, Default)]
pub(super) struct DependencyPredictor {
    traces: Vec<ObjectTrace>,
    lasts: Vec<LastWrite>,
    guesses: Vec<InternId>,
}

impl DependencyPredictor {
    /// Creates a state with capacity for `hashes` hashes.
    pub(super) fn with_capacity(hashes: usize) -> Self {
        Self {
            traces: Vec::with_capacity(hashes),
            ..Self::default()
        }
    }

    /// Predicts the dependencies of an event of this kind about `object` that references
    /// `mentions`.
    pub(super) fn predict(
        &mut self,
        kind: u16,
        object: Option<InternId>,
        mentions: &[InternId],
    ) -> &[InternId] {
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

    fn add(&mut self, guess: Option<InternId>) {
        if let Some(guess) = guess
            && self.guesses.len() < MAX_GUESSES
            && !self.guesses.contains(&guess)
        {
            self.guesses.push(guess);
        }
    }

    fn trace(&self, object: InternId) -> Option<&ObjectTrace> {
        self.traces.get(object as usize)
    }

    /// Returns the index of the entry for the last event of a kind.
    fn last(&self, trace: ObjectTrace, kind: u16) -> Option<usize> {
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

    /// Records an event about an object, with its `parent` if the event created it.
    pub(super) fn intern(
        &mut self,
        event: InternId,
        kind: u16,
        object: InternId,
        parent: Option<InternId>,
    ) {
        let at = object as usize;
        if self.traces.len() <= at {
            self.traces.resize(at + 1, ObjectTrace::default());
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
            let last = LastWrite {
                kind,
                event,
                next: trace.lasts,
            };
            trace.lasts = Known::of(self.lasts.len() as InternId);
            self.lasts.push(last);
        }
        self.traces[at] = trace;
    }
}
