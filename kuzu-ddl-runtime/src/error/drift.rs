//! Remedies for drift: only those that work for the differences at hand.

use std::collections::BTreeMap;

use kuzu_ddl_core::drift::{Aspect, Drift, DriftKind, Location};
use kuzu_ddl_core::one_line::one_line;
use kuzu_ddl_core::schema::name::quote;

/// Returns the remedies for the differences.
pub(super) fn remedies(rows: &[Drift]) -> Vec<String> {
    let renames = Renames::of(rows);
    let all = |fits: &dyn Fn(&Drift) -> bool| rows.iter().all(fits);
    let mut remedies = Vec::new();
    if all(&|row| renames.are_swaps(row) || is_adoptable(row)) {
        remedies.push(
            "`.drift_policy(DriftPolicy::Adopt)` on the Migrator records the changes as history"
                .to_owned(),
        );
    } else {
        remedies.extend(renames.declarations());
        remedies.push(
            "declare the live schema in the source, and record the changes as history with \
             `.drift_policy(DriftPolicy::Adopt)` on the Migrator"
                .to_owned(),
        );
        remedies.extend(renames.reversals());
    }
    if all(&|row| renames.are_swaps(row) || is_repairable(row)) {
        remedies.push(
            "`.drift_policy(DriftPolicy::Repair)` corrects the ledger only; the next start plans \
             the declared schema"
                .to_owned(),
        );
    }
    let extra = |row: &Drift| row.kind == DriftKind::Unexpected;
    if all(&|row| is_missing(row) || extra(row)) && !all(&extra) {
        remedies.push(
            "`.drift_policy(DriftPolicy::Recreate)` recreates missing objects without rows"
                .to_owned(),
        );
    }
    for remedy in &mut remedies {
        *remedy = one_line(remedy).into_owned();
    }
    remedies.push(
        "`.drift_policy(DriftPolicy::Warn)` continues, and reports the differences at each start"
            .to_owned(),
    );
    remedies
}

fn changed(row: &Drift) -> Option<Aspect> {
    match &row.kind {
        DriftKind::Changed { aspect, .. } => Some(*aspect),
        _ => None,
    }
}

/// Returns whether history can record the difference, whatever the source declares.
fn is_adoptable(row: &Drift) -> bool {
    match (&row.kind, &row.site) {
        (DriftKind::Unexpected | DriftKind::MetadataLost { .. }, _)
        | (DriftKind::Missing, Location::Sequence(_) | Location::Index(..)) => true,
        (_, Location::Sequence(_)) => changed(row) == Some(Aspect::Definition),
        _ => matches!(changed(row), Some(Aspect::Comment | Aspect::Default)),
    }
}

/// Returns whether the next start can plan the declared object from the difference.
fn is_repairable(row: &Drift) -> bool {
    match changed(row) {
        None => true,
        Some(Aspect::Definition) => matches!(row.site, Location::Index(..)),
        Some(what) => !matches!(what, Aspect::Name | Aspect::Kind | Aspect::Type),
    }
}

/// Returns whether the object is created, or its comment is set.
fn is_missing(row: &Drift) -> bool {
    row.kind == DriftKind::Missing || changed(row) == Some(Aspect::Comment)
}

/// Renamed objects: former and present name, by their table; tables are under the empty name.
struct Renames(BTreeMap<String, Vec<(String, String)>>);

impl Renames {
    fn of(rows: &[Drift]) -> Self {
        let mut renames: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for row in rows {
            if let (Some(table), Some(names)) = (scope(row), names(row)) {
                renames.entry(table).or_default().push(names);
            }
        }
        Self(renames)
    }

    /// Returns whether the row is one of several renames that only exchange names, so that no
    /// declared name is missing.
    fn are_swaps(&self, row: &Drift) -> bool {
        let renames = scope(row).and_then(|table| self.0.get(&table));
        let names = names(row).zip(renames);
        names.is_some_and(|(_, renames)| is_permutation(renames))
    }

    fn lone(&self) -> impl Iterator<Item = (&str, &(String, String))> {
        let lone = self.0.iter().filter(|(_, names)| !is_permutation(names));
        lone.flat_map(|(table, names)| names.iter().map(move |names| (table.as_str(), names)))
    }

    fn declarations(&self) -> impl Iterator<Item = String> {
        self.lone()
            .map(|(_, (was, is))| format!("declare `{is}` with `#[kuzu(renamed_from = {was:?})]`"))
    }

    /// Returns the statements that restore the former names, where their order does not matter.
    fn reversals(&self) -> impl Iterator<Item = String> {
        let taken = |name: &str| self.lone().any(|(_, (_, is))| is == name);
        let free = self.lone().filter(move |(_, (was, _))| !taken(was));
        free.map(|(table, (was, is))| {
            let (was, is) = (quote(was), quote(is));
            if table.is_empty() {
                format!("or restore the name with \"ALTER TABLE {is} RENAME TO {was}\"")
            } else {
                let table = quote(table);
                format!("or restore the name with \"ALTER TABLE {table} RENAME {is} TO {was}\"")
            }
        })
    }
}

/// Returns the table within which the object of a row has its name.
fn scope(row: &Drift) -> Option<String> {
    match &row.site {
        Location::Table(_) => Some(String::new()),
        Location::Property(table, _) => Some(table.to_string()),
        _ => None,
    }
}

fn names(row: &Drift) -> Option<(String, String)> {
    match &row.kind {
        DriftKind::Changed {
            aspect: Aspect::Name,
            expected,
            actual,
        } => Some((expected.clone(), actual.clone())),
        _ => None,
    }
}

fn is_permutation(renames: &[(String, String)]) -> bool {
    let names = renames.iter().map(|(was, _)| was.to_lowercase());
    let mut was: Vec<String> = names.collect();
    let mut is: Vec<String> = renames.iter().map(|(_, is)| is.to_lowercase()).collect();
    was.sort();
    is.sort();
    was == is
}
