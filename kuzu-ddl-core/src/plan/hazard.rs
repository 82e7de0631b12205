//! Hazards: what a step may destroy, rewrite or break, and which of them are allowed.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::fmt::{count_noun, group_digits};
use crate::event::Fingerprint;
use crate::one_line::fmt_one_line;

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
    /// Table whose removal includes this hazard: allowing it for that table allows it here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<String>,
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
            part_of: None,
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
        fmt_one_line(f, |f| self.fmt_raw(f))
    }
}

impl Hazard {
    fn fmt_raw(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
        if let Some(table) = &self.part_of {
            write!(f, ", with {table}")?;
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
    /// Allowed pairs of kind and object. A rel table stands for all its FROM–TO pairs.
    pub objects: BTreeSet<(HazardKind, String)>,
    /// Kinds that a policy allows on any object.
    pub kinds: BTreeSet<HazardKind>,
    /// Fingerprints of plans that are allowed with all their hazards.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub plans: BTreeSet<Fingerprint>,
}

impl AllowedHazards {
    /// Returns whether the hazard is allowed.
    ///
    /// What is allowed to be deleted is also allowed to be irreversible: data that can be restored
    /// is archived, not deleted.
    #[must_use]
    pub fn allows(&self, hazard: &Hazard) -> bool {
        hazard.is_empty()
            || hazard.kind.breaks_apps()
            || (hazard.requested && hazard.kind.source_allows())
            || self.kinds.contains(&hazard.kind)
            || self.covers(hazard.kind, hazard)
            || (hazard.kind == HazardKind::Irreversible
                && self.covers(HazardKind::DeletesData, hazard))
    }

    fn covers(&self, kind: HazardKind, hazard: &Hazard) -> bool {
        let is_allowed = |object: &str| {
            let mut allowed = self.objects.iter().filter(|(of, _)| *of == kind);
            allowed.any(|(_, name)| name.eq_ignore_ascii_case(object))
        };
        is_allowed(&hazard.object)
            || table_of_pair(&hazard.object).is_some_and(is_allowed)
            || hazard.part_of.as_deref().is_some_and(is_allowed)
    }
}

/// Returns the rel table of `Table(From -> To)`.
fn table_of_pair(object: &str) -> Option<&str> {
    let (table, pair) = object.split_once('(')?;
    pair.ends_with(')').then_some(table)
}

/// Returns the method calls that allow all these hazards, one for each thing that is allowed.
///
/// They name objects as the application declares them, so they are the same for every database of
/// the application.
#[must_use]
pub fn allow_snippets(hazards: &[Hazard]) -> Vec<String> {
    let is_deleted = |object: &str| {
        let mut hazards = hazards.iter();
        hazards.any(|h| h.kind == HazardKind::DeletesData && h.object == object)
    };
    let has_other_pairs = |hazard: &Hazard, table: &str| {
        let mut others = hazards.iter().filter(|other| other.kind == hazard.kind);
        others.any(|other| {
            other.part_of.is_none()
                && other.object != hazard.object
                && table_of_pair(&other.object) == Some(table)
        })
    };
    let mut snippets: Vec<String> = Vec::new();
    for hazard in hazards {
        if hazard.kind == HazardKind::Irreversible && is_deleted(&hazard.object) {
            continue;
        }
        let table = table_of_pair(&hazard.object).filter(|table| has_other_pairs(hazard, table));
        let object = hazard.part_of.as_deref().or(table);
        let object = object.unwrap_or(&hazard.object);
        let snippet = format!(".allow(HazardKind::{:?}, {object:?})", hazard.kind);
        if !snippets.contains(&snippet) {
            snippets.push(snippet);
        }
    }
    snippets
}

#[cfg(test)]
mod tests {
    use super::{AllowedHazards, Hazard, HazardKind, allow_snippets};

    fn deletion(object: &str) -> [Hazard; 2] {
        [HazardKind::DeletesData, HazardKind::Irreversible]
            .map(|kind| Hazard::new(kind, object, None))
    }

    #[test]
    fn one_call_allows_one_thing() {
        let one = deletion("R(A -> B)");
        let snippets = allow_snippets(&one);
        assert_eq!(snippets, [".allow(HazardKind::DeletesData, \"R(A -> B)\")"]);
        let mut all = one.to_vec();
        all.extend(deletion("R(B -> A)"));
        all.extend(deletion("A.s"));
        assert_eq!(
            allow_snippets(&all),
            [
                ".allow(HazardKind::DeletesData, \"R\")",
                ".allow(HazardKind::DeletesData, \"A.s\")"
            ]
        );
        let mut allowed = AllowedHazards::default();
        for object in ["R", "A.s"] {
            let object = object.to_owned();
            allowed.objects.insert((HazardKind::DeletesData, object));
        }
        assert!(all.iter().all(|hazard| allowed.allows(hazard)));
        let other = deletion("R2(A -> B)");
        assert!(!other.iter().any(|hazard| allowed.allows(hazard)));
    }
}
