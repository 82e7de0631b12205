//! What a step may destroy, rewrite or break, and who allowed it.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::fmt::{counted, thousands};

/// The kinds of hazard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum HazardKind {
    /// Rows or values are gone afterwards.
    DeletesData,
    /// Rows or values are written anew.
    RewritesData,
    /// Whether it succeeds depends on the data.
    MayFail,
    /// Data that was legal before is not any more.
    Tightens,
    /// Binaries that declare the old shape do not start on the new one.
    BreaksOlderApps,
    /// There is no way back.
    Irreversible,
}

impl HazardKind {
    /// The words for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::DeletesData => "deletes data",
            Self::RewritesData => "rewrites data",
            Self::MayFail => "may fail",
            Self::Tightens => "tightens",
            Self::BreaksOlderApps => "breaks older apps",
            Self::Irreversible => "irreversible",
        }
    }

    /// Whether saying it in the source is leave enough: what keeps all data, and what rolls back
    /// when it fails. What costs data is asked for twice.
    fn source_allows(self) -> bool {
        matches!(self, Self::RewritesData | Self::MayFail)
    }
}

/// A hazard of one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hazard {
    /// What kind.
    pub kind: HazardKind,
    /// What is in danger: `Table`, `Table.property`, or `Table(From -> To)`.
    pub object: String,
    /// How many rows are touched; `None` before they are counted.
    pub rows: Option<u64>,
    /// The query that counts them.
    pub count: Option<String>,
    /// Of how many, where only some are in danger.
    pub of: Option<u64>,
    /// Some of them by their keys.
    pub sample: Vec<String>,
    /// Whether the source asks for the change. It does not where a database that was there before
    /// differs from the source on its first start.
    pub said: bool,
}

impl Hazard {
    /// A hazard that the source asks for.
    pub(super) fn new(kind: HazardKind, object: impl Into<String>, count: Option<String>) -> Self {
        Self {
            kind,
            object: object.into(),
            rows: None,
            count,
            of: None,
            sample: Vec::new(),
            said: true,
        }
    }

    /// What its rows are: those that lack a value are rows, for there is no value to count.
    fn unit(&self) -> (&'static str, &'static str) {
        if self.object.ends_with(')') {
            ("rel", "rels")
        } else if self.object.contains('.') && self.kind != HazardKind::Tightens {
            ("value", "values")
        } else {
            ("row", "rows")
        }
    }

    /// Whether nothing is in danger, because there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == Some(0) && self.kind != HazardKind::BreaksOlderApps
    }
}

impl fmt::Display for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.words(), self.object)?;
        let Some(rows) = self.rows else {
            return Ok(());
        };
        let (one, many) = self.unit();
        match self.of {
            Some(all) => {
                let rows = thousands(rows);
                write!(f, ", {rows} of {}", counted(all, one, many))?;
            }
            None => write!(f, ", {}", counted(rows, one, many))?,
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

/// Which hazards a caller allows, and on what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// The pairs of kind and object.
    pub single: BTreeSet<(HazardKind, String)>,
    /// Kinds that a policy allows on whatever object.
    pub kinds: BTreeSet<HazardKind>,
}

impl Allowed {
    /// Whether the hazard may be taken.
    #[must_use]
    pub fn allows(&self, hazard: &Hazard) -> bool {
        hazard.is_empty()
            || hazard.kind == HazardKind::BreaksOlderApps
            || (hazard.said && hazard.kind.source_allows())
            || self.kinds.contains(&hazard.kind)
            || self.single.contains(&(hazard.kind, hazard.object.clone()))
    }
}

/// The words that allow a hazard.
#[must_use]
pub fn allowing(hazard: &Hazard) -> String {
    format!(".allow(HazardKind::{:?}, {:?})", hazard.kind, hazard.object)
}
