//! Hazards: what a step may destroy, rewrite or break, and which of them are allowed.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::fmt::{count_noun, group_digits};

/// Kind of a hazard.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// assert_eq!(kuzu_ddl::plan::HazardKind::DeletesData.label(), "deletes data");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum HazardKind {
    /// Deletes rows or values.
    DeletesData,
    /// Rewrites rows or values.
    RewritesData,
    /// Succeeds or fails depending on the data.
    MayFail,
    /// Restricts which data are valid: existing data may violate it.
    Tightens,
    /// Prevents binaries that declare the old schema from starting.
    BreaksOlderApps,
    /// Cannot be rolled back.
    Irreversible,
    /// Prevents binaries that declare the newer schema from starting: a rollback does.
    BreaksNewerApps,
}

impl HazardKind {
    /// Returns the label of the kind.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::DeletesData => "deletes data",
            Self::RewritesData => "rewrites data",
            Self::MayFail => "may fail",
            Self::Tightens => "tightens",
            Self::BreaksOlderApps => "breaks older apps",
            Self::Irreversible => "irreversible",
            Self::BreaksNewerApps => "breaks newer apps",
        }
    }

    /// Returns whether the hazard concerns other binaries and no data.
    #[must_use]
    pub fn breaks_apps(self) -> bool {
        matches!(self, Self::BreaksOlderApps | Self::BreaksNewerApps)
    }

    /// Returns whether declaring the change is permission enough: true for what retains all data,
    /// and for what rolls back on failure. Loss of data must be allowed explicitly as well.
    fn source_allows(self) -> bool {
        matches!(self, Self::RewritesData | Self::MayFail)
    }
}

/// Hazard of one step.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// use kuzu_ddl::plan::{AllowedHazards, HazardKind};
/// let mut allowed = AllowedHazards::default();
/// allowed.objects.insert((HazardKind::DeletesData, "Person.age".into()));
/// # fn is_allowed(plan: &kuzu_ddl::plan::Plan, allowed: &AllowedHazards) -> bool {
/// plan.unallowed_hazards(allowed).next().is_none()
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Hazard {
    /// Kind of the hazard.
    pub kind: HazardKind,
    /// Object at risk: `Table`, `Table.property`, or `Table(From -> To)`.
    pub object: String,
    /// Number of rows at risk; `None` before they are counted.
    pub rows: Option<u64>,
    /// Query that counts them.
    pub count: Option<String>,
    /// Total number of rows, where only some are at risk.
    pub total: Option<u64>,
    /// Sample of the rows at risk, by their keys.
    pub sample: Vec<String>,
    /// Whether the declaration requests the change. It does not where an existing database differs
    /// from the declaration at its first start.
    pub requested: bool,
}

impl Hazard {
    /// Creates a hazard that the declaration requests.
    pub(super) fn new(kind: HazardKind, object: impl Into<String>, count: Option<String>) -> Self {
        Self {
            kind,
            object: object.into(),
            rows: None,
            count,
            total: None,
            sample: Vec::new(),
            requested: true,
        }
    }

    /// Returns the unit that is counted. Missing values are counted as rows, since no value exists.
    fn unit(&self) -> (&'static str, &'static str) {
        if self.object.ends_with(')') {
            ("rel", "rels")
        } else if self.object.contains('.') && self.kind != HazardKind::Tightens {
            ("value", "values")
        } else {
            ("row", "rows")
        }
    }

    /// Returns whether nothing is at risk because there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == Some(0) && !self.kind.breaks_apps()
    }
}

impl fmt::Display for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.label(), self.object)?;
        let Some(rows) = self.rows else {
            return Ok(());
        };
        let (one, many) = self.unit();
        match self.total {
            Some(all) => {
                let rows = group_digits(rows);
                write!(f, ", {rows} of {}", count_noun(all, one, many))?;
            }
            None => write!(f, ", {}", count_noun(rows, one, many))?,
        }
        if self.kind == HazardKind::Tightens && rows > 0 {
            f.write_str(" without a value")?;
        }
        if !self.sample.is_empty() {
            write!(f, ", for example {}", self.sample.join(", "))?;
        }
        Ok(())
    }
}

/// Hazards that the application allows, and on which objects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllowedHazards {
    /// Allowed pairs of kind and object.
    pub objects: BTreeSet<(HazardKind, String)>,
    /// Kinds that a policy allows on any object.
    pub kinds: BTreeSet<HazardKind>,
}

impl AllowedHazards {
    /// Returns whether the hazard is allowed.
    #[must_use]
    pub fn allows(&self, hazard: &Hazard) -> bool {
        hazard.is_empty()
            || hazard.kind.breaks_apps()
            || (hazard.requested && hazard.kind.source_allows())
            || self.kinds.contains(&hazard.kind)
            || self.objects.contains(&(hazard.kind, hazard.object.clone()))
    }
}

/// Returns the method call that allows a hazard.
#[must_use]
pub fn allow_snippet(hazard: &Hazard) -> String {
    format!(".allow(HazardKind::{:?}, {:?})", hazard.kind, hazard.object)
}
