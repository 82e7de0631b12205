//! TODO-DOC plan::model

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::fmt::{Seconds, counted};
use super::hazard::{Allowed, Hazard};
use super::operation::Operation;
use super::preflight::Demand;
use super::row_work::Work;
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
    /// What the rows must be like for the statements to succeed.
    pub demands: Vec<Demand>,
    /// The part of the work that grows with the rows.
    pub work: Option<Work>,
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

    /// How long the steps will take, as far as that depends on rows; `None` where nothing does, or
    /// before it is estimated.
    #[must_use]
    pub fn estimate(&self) -> Option<Duration> {
        let work = self.steps.iter().filter_map(|step| step.work.as_ref());
        let estimates = work.filter_map(|work| work.estimate);
        estimates.fold(None, |all, one| {
            Some(all.unwrap_or(Duration::ZERO).saturating_add(one))
        })
    }

    /// How many rows the steps touch; a row touched by several counts as often.
    #[must_use]
    pub fn rows(&self) -> u64 {
        let work = self.steps.iter().filter_map(|step| step.work.as_ref());
        work.filter_map(|work| work.rows)
            .fold(0, u64::saturating_add)
    }

    /// Whether the other plan does the same to the same; what it may take counts for nothing, for
    /// another machine is another measure.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let steps = |plan: &Self| {
            let mut steps = plan.steps.clone();
            for work in steps.iter_mut().filter_map(|step| step.work.as_mut()) {
                work.estimate = None;
            }
            steps
        };
        self.base == other.base && self.events == other.events && steps(self) == steps(other)
    }

    /// Whether nothing is to be done in a transaction, and nothing to be recorded.
    #[must_use]
    pub fn is_owed_only(&self) -> bool {
        self.events.is_empty()
            && self
                .steps
                .iter()
                .all(|step| step.operation.owed().is_some())
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
        if let Some(work) = self.work.as_ref().filter(|work| work.rows.is_some()) {
            write!(f, " ({work})")?;
        }
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
            (1, _) => f.write_str("1 step")?,
            (n, _) => write!(f, "{n} steps")?,
        }
        if let Some(estimate) = self.estimate() {
            let rows = counted(self.rows(), "row", "rows");
            write!(f, ", {rows}, about {}", Seconds(estimate))?;
        }
        if !self.steps.is_empty() {
            f.write_str(":")?;
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
