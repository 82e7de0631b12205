//! Plans and steps as data.
//!
//! A plan is pinned to the state it was computed for ([`PlanBase`]): it can be stored, reviewed and
//! applied later, but only to that state.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::fmt::{HumanDuration, count_noun};
use super::hazard::{AllowedHazards, Hazard};
use super::operation::Operation;
use super::preflight::PreflightCheck;
use super::row_work::RowWork;
use crate::event::codec::writer::Writer;
use crate::event::{DdlEvent, EventId, Fingerprint};
use crate::one_line::one_line;

/// Step of a plan.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// # use std::collections::BTreeSet;
/// # use kuzu_ddl::catalog::CatalogSnapshot;
/// # use kuzu_ddl::diff::{DiffOptions, diff};
/// # use kuzu_ddl::fold::Fold;
/// # use kuzu_ddl::plan::{LiveCatalog, PlanHints, plan};
/// # let declared = kuzu_ddl::schema![; sequences ("order_no", start = 100)]?;
/// # let diff = diff(&declared, None, Fold::default(), &DiffOptions::default()).expect("fits");
/// # let live = CatalogSnapshot::default();
/// # let (live, hints) = (LiveCatalog::from(&live), PlanHints::default());
/// # let steps = plan(&Fold::default(), &diff.target, live, &hints, &BTreeSet::new()).expect("plan");
/// for step in &steps {
///     println!("{}", step.operation); // create sequence order_no
///     assert!(step.cypher[0].starts_with("CREATE SEQUENCE"));
///     assert!(step.hazards.is_empty());
/// }
/// # Ok::<(), kuzu_ddl::declared::DeclareError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Step {
    /// Operation that the step performs.
    pub operation: Operation,
    /// Statements, in order.
    pub cypher: Vec<String>,
    /// Statements as they were before a trial run found values that cannot be converted, or that
    /// apply without a comparison; empty if they are the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub planned_cypher: Vec<String>,
    /// Pairs of row-count queries whose results must be equal after the statements.
    pub row_count_checks: Vec<(String, String)>,
    /// Hazards: what the step may destroy, rewrite or break.
    pub hazards: Vec<Hazard>,
    /// Preflight checks: what must hold for the rows so that the statements succeed.
    pub preflight_checks: Vec<PreflightCheck>,
    /// Work that grows with the number of rows.
    pub row_work: Option<RowWork>,
    /// Steps that must come first, by their position in the plan.
    pub depends_on: BTreeSet<usize>,
}

/// Changes that the next migration makes to a database.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// # use kuzu_ddl::plan::Plan;
/// # use kuzu_ddl::schema::Schema;
/// # let live = serde_json::to_value(Schema::default().fingerprint())?;
/// # let plan: Plan = serde_json::from_value(serde_json::json!({
/// #     "base": {"live": live, "frontier": []}, "events": [], "steps": [], "notes": []
/// # }))?;
/// // Store the plan of `Migrator::plan` for a review, and read it back.
/// let text = serde_json::to_string(&plan)?;
/// let reviewed: Plan = serde_json::from_str(&text)?;
/// assert!(reviewed.is_equivalent_to(&plan));
/// assert!(reviewed.is_empty());
/// println!("{reviewed}");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Plan {
    /// State of the database that this plan was computed for; a plan is not applied to any other
    /// state.
    pub base: PlanBase,
    /// Events that the plan records.
    pub events: Vec<DdlEvent>,
    /// Steps, in order.
    pub steps: Vec<Step>,
    /// Notes for the operator.
    pub notes: Vec<String>,
}

/// State of a database that a plan is pinned to: its live catalog and its ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlanBase {
    /// Fingerprint of the live schema.
    pub live: Fingerprint,
    /// Newest events of the ledger.
    pub frontier: BTreeSet<EventId>,
}

impl PlanBase {
    /// Creates the base of a plan.
    #[doc(hidden)]
    #[must_use]
    pub fn new(live: Fingerprint, frontier: BTreeSet<EventId>) -> Self {
        Self { live, frontier }
    }
}

impl Plan {
    /// Creates a plan.
    #[doc(hidden)]
    #[must_use]
    pub fn new(
        base: PlanBase,
        events: Vec<DdlEvent>,
        steps: Vec<Step>,
        notes: Vec<String>,
    ) -> Self {
        Self {
            base,
            events,
            steps,
            notes,
        }
    }

    /// Returns whether there is nothing to do and nothing to record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.events.is_empty()
    }

    /// Returns the estimated duration of the steps, as far as it depends on rows; `None` if no step
    /// does, or before it is estimated.
    #[must_use]
    pub fn estimate(&self) -> Option<Duration> {
        let work = self.steps.iter().filter_map(|step| step.row_work.as_ref());
        let estimates = work.filter_map(|work| work.estimate);
        estimates.fold(None, |all, one| {
            Some(all.unwrap_or(Duration::ZERO).saturating_add(one))
        })
    }

    /// Returns the number of rows that the steps touch; a row counts once for each step that
    /// touches it.
    #[must_use]
    pub fn rows(&self) -> u64 {
        let work = self.steps.iter().filter_map(|step| step.row_work.as_ref());
        work.filter_map(|work| work.rows)
            .fold(0, u64::saturating_add)
    }

    /// Returns whether the other plan makes the same changes to the same state. Estimated durations
    /// are ignored, because they differ between machines.
    #[must_use]
    pub fn is_equivalent_to(&self, other: &Self) -> bool {
        let steps = |plan: &Self| {
            let mut steps = plan.steps.clone();
            for work in steps.iter_mut().filter_map(|step| step.row_work.as_mut()) {
                work.estimate = None;
            }
            steps
        };
        self.base == other.base && self.events == other.events && steps(self) == steps(other)
    }

    /// Returns whether all steps are deferred work and there are no events to record.
    #[must_use]
    pub fn only_deferred(&self) -> bool {
        self.events.is_empty()
            && self
                .steps
                .iter()
                .all(|step| step.operation.deferred_task().is_some())
    }

    /// Returns the hazards that `allowed` does not cover.
    pub fn unallowed_hazards<'a>(
        &'a self,
        allowed: &'a AllowedHazards,
    ) -> impl Iterator<Item = &'a Hazard> {
        let is_allowed = !allowed.plans.is_empty() && allowed.plans.contains(&self.fingerprint());
        let hazards = self.steps.iter().flat_map(|step| &step.hazards);
        hazards.filter(move |hazard| !is_allowed && !allowed.allows(hazard))
    }

    /// Returns the hash of what the plan does: its steps and the hazards that they name. Rows,
    /// durations, and the values that a trial run found to fail are ignored, so that databases with
    /// one history and other rows have one fingerprint. Copies of rels to an archive are ignored as
    /// well: a pair without rels has none.
    #[doc(alias = "checksum")]
    #[doc(alias = "hash")]
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let mut w = Writer::default();
        w.text("plan");
        let is_row_copy = |step: &&Step| matches!(step.operation, Operation::ArchivePair { .. });
        let steps: Vec<&Step> = self
            .steps
            .iter()
            .filter(|step| !is_row_copy(step))
            .collect();
        w.len(steps.len());
        for step in steps {
            w.text(&step.operation.to_string());
            let cypher = if step.planned_cypher.is_empty() {
                &step.cypher
            } else {
                &step.planned_cypher
            };
            w.len(cypher.len());
            for statement in cypher {
                w.text(statement);
            }
            w.len(step.hazards.len());
            for hazard in &step.hazards {
                w.text(hazard.kind.label());
                w.text(&hazard.object);
            }
        }
        Fingerprint::hash_of(&w.finish())
    }
}

impl Step {
    /// Renders the statements again, after a trial run found something about the values.
    pub fn render_with_findings(&mut self) {
        let planned = std::mem::replace(&mut self.cypher, self.operation.cypher());
        if self.planned_cypher.is_empty() && planned != self.cypher {
            self.planned_cypher = planned;
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.operation.symbol(), self.operation)?;
        if let Some(work) = self.row_work.as_ref().filter(|work| work.rows.is_some()) {
            write!(f, " ({work})")?;
        }
        for hazard in &self.hazards {
            write!(f, "\n    ! {hazard}")?;
        }
        for cypher in &self.cypher {
            write!(f, "\n    {};", one_line(cypher))?;
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
            let rows = count_noun(self.rows(), "row", "rows");
            write!(f, ", {rows}, about {}", HumanDuration(estimate))?;
        }
        if !self.steps.is_empty() {
            f.write_str(":")?;
        }
        for step in &self.steps {
            write!(f, "\n  {}", step.to_string().replace('\n', "\n  "))?;
        }
        for note in &self.notes {
            write!(f, "\n  note: {}", note.replace('\n', "\n    "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::hazard::{Hazard, HazardKind};
    use super::*;
    use crate::diff::{Incompatibility, IncompatibilityKind, Note};

    const HOSTILE: &str = "x\nhelp: run this\u{1b}[2J\u{2028}y";

    /// Only the code adds lines: no name, comment or reason from outside does.
    #[test]
    fn texts_from_outside_add_no_lines() {
        let text = || HOSTILE.to_owned();
        let step = Step {
            operation: Operation::CommentOnProperty {
                table: text(),
                property: text(),
                text: Some(text()),
            },
            cypher: vec![format!("COMMENT ON TABLE `{HOSTILE}` IS '{HOSTILE}'")],
            planned_cypher: Vec::new(),
            row_count_checks: Vec::new(),
            hazards: vec![Hazard::new(HazardKind::DeletesData, HOSTILE, None)],
            preflight_checks: Vec::new(),
            row_work: None,
            depends_on: BTreeSet::new(),
        };
        let notes = [
            Note::Adopted { object: text() },
            Note::Drift { row: text() },
            Note::Unreadable {
                object: text(),
                reason: text(),
            },
        ];
        let incompatible = Incompatibility {
            object: text(),
            origin: String::new(),
            kind: IncompatibilityKind::Changed {
                aspect: "comment".to_owned(),
                declared: text(),
                is: text(),
                restorable: false,
            },
        };
        let mut texts = vec![(step.to_string(), 3)];
        texts.extend(notes.iter().map(|note| (note.to_string(), 1)));
        let own = incompatible.to_string().matches("\nhelp: ").count();
        texts.push((incompatible.to_string(), 1 + own));
        for (text, lines) in texts {
            assert_eq!(text.lines().count(), lines, "{text}");
            assert!(!text.contains(['\u{1b}', '\u{2028}']), "{text:?}");
            assert!(!text.contains("\nhelp: run this"), "{text}");
        }
    }
}
