//! Plans: ordered steps that take the live database from one state of the events to another.

mod build;
mod by_row;
mod hazard;
mod operation;
mod original;
mod purge;
mod rebuild;
mod rename;

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use build::{Orders, PlanError, plan, plan_mending};
pub use hazard::{Allowed, Hazard, HazardKind, allowing};
pub use operation::{Operation, Purpose};

use crate::event::{DdlEvent, EventId, Fingerprint};

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What it does.
    pub operation: Operation,
    /// The statements, in order.
    pub cypher: Vec<String>,
    /// Pairs of queries whose counts must be equal once the statements are done.
    pub checks: Vec<(String, String)>,
    /// What it may destroy, rewrite or break.
    pub hazards: Vec<Hazard>,
    /// The steps that must come before, by their position in the plan.
    pub depends_on: BTreeSet<usize>,
}

/// What a database will do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The state of the database this plan was made for. Apply refuses any other.
    pub base: Base,
    /// The events that will be recorded.
    pub events: Vec<DdlEvent>,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// What a person should know, in sentences.
    pub notes: Vec<String>,
}

/// A state of a database: what its catalog says and what its ledger says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// The fingerprint of the live schema.
    pub live: Fingerprint,
    /// The newest events of the ledger.
    pub frontier: BTreeSet<EventId>,
}

impl Plan {
    /// Whether there is nothing to do and nothing to record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.events.is_empty()
    }

    /// The hazards that `allowed` does not cover.
    pub fn blocked<'a>(&'a self, allowed: &'a Allowed) -> impl Iterator<Item = &'a Hazard> {
        let hazards = self.steps.iter().flat_map(|step| &step.hazards);
        hazards.filter(|hazard| !allowed.allows(hazard))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.operation.sign(), self.operation)?;
        for hazard in &self.hazards {
            write!(f, "\n    ! {hazard}")?;
        }
        for cypher in &self.cypher {
            write!(f, "\n    {cypher};")?;
        }
        Ok(())
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.steps.len(), self.events.len()) {
            (0, 0) => f.write_str("nothing to do")?,
            (0, 1) => f.write_str("1 event to record, no change of the database")?,
            (0, n) => write!(f, "{n} events to record, no change of the database")?,
            (1, _) => f.write_str("1 step:")?,
            (n, _) => write!(f, "{n} steps:")?,
        }
        for step in &self.steps {
            write!(f, "\n  {}", step.to_string().replace('\n', "\n  "))?;
        }
        for note in &self.notes {
            write!(f, "\n  note: {note}")?;
        }
        Ok(())
    }
}
