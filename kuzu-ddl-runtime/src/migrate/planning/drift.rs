//! Resolution of drift: differences between ledger and live schema, by policy.

use std::collections::BTreeSet;

use kuzu_ddl_core::declared::Declared;
use kuzu_ddl_core::diff::{Note, adopt_drift, adopt_existing};
use kuzu_ddl_core::drift::{
    Aspect, Drift, DriftKind, Location, detect_unmanaged, detect_with_names,
};
use kuzu_ddl_core::fold::Fold;
use kuzu_ddl_core::schema::{NameKey, Schema};

use super::super::Migrator;
use super::super::policy::DriftPolicy;
use super::super::run::Request;
use super::inputs::{DriftResolution, PlanningInputs};
use crate::error::Error;
use crate::ledger::{FingerprintedDeclaration, LedgerContents, LedgerRepair};

impl Migrator<'_> {
    /// Returns a readable ledger: a corrupt one is an error, unless the policy repairs it.
    pub(in crate::migrate) fn readable(
        &self,
        request: &Request,
        contents: LedgerContents,
    ) -> Result<(LedgerContents, Option<LedgerRepair>), Error> {
        if contents.corrupt.is_empty() {
            return Ok((contents, None));
        }
        if self.drift_policy != DriftPolicy::Repair || matches!(request, Request::Rollback(_)) {
            return Err(Error::CorruptLedger(contents.corrupt));
        }
        let (contents, repair) = contents.repaired().map_err(Error::CorruptLedger)?;
        Ok((contents, Some(repair)))
    }

    /// Compares the ledger with the database and resolves the differences by policy.
    pub(in crate::migrate) fn resolve_drift(
        &self,
        declared: &FingerprintedDeclaration,
        request: &Request,
        inputs: &PlanningInputs,
    ) -> Result<DriftResolution, Error> {
        let declared = &declared.declared;
        let is_baseline = matches!(request, Request::Baseline);
        let expected = &inputs.expected;
        let (schema, local) = (&inputs.live.schema, &inputs.live.local);
        let all = detect_with_names(expected, schema, local, &inputs.names, None);
        let mut resolution = DriftResolution {
            fold: expected.clone(),
            live: inputs.live.clone(),
            leave: BTreeSet::new(),
            tolerated: Vec::new(),
            events: Vec::new(),
            notes: Vec::new(),
            followed: Vec::new(),
            record_only: is_baseline,
        };
        // An out-of-band change that the source declares as well is adopted; it is not drift.
        let (declared_as_well, mut rows): (Vec<Drift>, Vec<Drift>) = all
            .into_iter()
            .partition(|row| is_declared(row, declared, expected));
        rows.extend(orphaned_archives(&inputs.contents, schema));
        let lost = inputs.repair.iter().flat_map(lost_rows);
        rows.extend(lost);
        if self.drift_policy == DriftPolicy::Repair && !rows.is_empty() {
            rows.extend(declared_as_well);
            resolution.record_only = true;
            resolution.adopt_all(rows, declared, "repaired")?;
            return Ok(resolution);
        }
        let renames = declared_as_well
            .into_iter()
            .filter(|row| row.id.is_some())
            .collect();
        resolution.adopt_all(renames, declared, "adopted")?;
        match self.drift_policy {
            DriftPolicy::Adopt => {
                resolution.adopt_all(rows, declared, "adopted")?;
                resolution.adopt_unmanaged(inputs, declared);
            }
            _ if is_baseline => resolution.note(&rows),
            DriftPolicy::Error if rows.is_empty() => {}
            DriftPolicy::Error => return Err(Error::DriftDetected(rows)),
            DriftPolicy::Warn => resolution.tolerate(rows),
            DriftPolicy::Recreate => resolution.recreate(rows)?,
            DriftPolicy::Repair => {}
        }
        Ok(resolution)
    }
}

impl DriftResolution {
    fn note(&mut self, rows: &[Drift]) {
        self.notes.extend(rows.iter().map(|row| Note::Drift {
            row: row.to_string(),
        }));
    }

    fn tolerate(&mut self, rows: Vec<Drift>) {
        self.note(&rows);
        for (row, id) in rows.iter().filter_map(|row| Some((row, row.id?))) {
            self.leave.insert(id);
            if matches!(&row.kind, DriftKind::Changed { aspect, .. } if *aspect == Aspect::Kind) {
                self.leave
                    .extend(self.fold.children(id).map(|child| child.id));
            }
            // Objects that refer to it by name cannot find it either.
            let users = self.fold.pairs_of(id).chain(self.fold.indexes_of(id));
            self.leave.extend(users.map(|user| user.id));
        }
        self.tolerated.extend(rows);
    }

    /// Records all differences as events.
    fn adopt_all(
        &mut self,
        rows: Vec<Drift>,
        declared: &Declared,
        verb: &str,
    ) -> Result<(), Error> {
        if rows.is_empty() {
            return Ok(());
        }
        let unresolved = self.adopt_possible(rows.clone(), declared);
        if !unresolved.is_empty() {
            return Err(Error::DriftDetected(unresolved));
        }
        self.notes.extend(rows.iter().map(|row| Note::Drift {
            row: format!("{verb}: {row}"),
        }));
        self.followed.extend(rows);
        Ok(())
    }

    /// Records the differences that can become events, and returns the others.
    fn adopt_possible(&mut self, rows: Vec<Drift>, declared: &Declared) -> Vec<Drift> {
        let fold = std::mem::take(&mut self.fold);
        let (adopted, unresolved) = adopt_drift(&rows, declared, &self.live, fold);
        self.fold = adopted.fold;
        self.live.local = adopted.local;
        self.events.extend(adopted.events);
        self.notes.extend(adopted.notes);
        unresolved
    }

    /// Records, as far as possible, whole tables and sequences that no event created. Declared ones
    /// are adopted first, as the source declares them.
    fn adopt_unmanaged(&mut self, inputs: &PlanningInputs, declared: &Declared) {
        let fold = std::mem::take(&mut self.fold);
        let adopted = adopt_existing(declared, &self.live, fold);
        self.fold = adopted.fold;
        self.live.local = adopted.local;
        self.events.extend(adopted.events);
        self.notes.extend(adopted.notes);
        let unmanaged = detect_unmanaged(&self.fold, &self.live.schema, &inputs.names);
        let undeclared = |row: &Drift| !is_governed_by_source(row, declared);
        let unmanaged: Vec<Drift> = unmanaged.into_iter().filter(undeclared).collect();
        let left = self.adopt_possible(unmanaged.clone(), declared);
        let adopted = unmanaged.into_iter().filter(|row| !left.contains(row));
        self.notes
            .extend(adopted.map(|row| Note::Adopted { object: row.object }));
    }

    fn recreate(&mut self, rows: Vec<Drift>) -> Result<(), Error> {
        let (recreated, rest): (Vec<Drift>, Vec<Drift>) =
            rows.into_iter().partition(is_fixed_by_plan);
        let (extra, other): (Vec<Drift>, Vec<Drift>) = rest
            .into_iter()
            .partition(|row| row.kind == DriftKind::Unexpected);
        if !other.is_empty() {
            return Err(Error::DriftDetected(other));
        }
        self.notes.extend(recreated.iter().map(|row| Note::Drift {
            row: format!("recreated: {row}"),
        }));
        self.tolerate(extra);
        Ok(())
    }
}

/// Returns whether a plan corrects the difference by itself: missing objects are created, and
/// comments are set.
fn is_fixed_by_plan(row: &Drift) -> bool {
    match &row.kind {
        DriftKind::Missing => true,
        DriftKind::Changed { aspect, .. } => *aspect == Aspect::Comment,
        _ => false,
    }
}

/// Returns whether the source declares an out-of-band change as well.
fn is_declared(row: &Drift, declared: &Declared, expected: &Fold) -> bool {
    match (&row.kind, row.id) {
        (DriftKind::Unexpected, None) => is_unexpected_declared(row, declared, expected),
        (DriftKind::Changed { aspect, .. }, Some(id)) if *aspect == Aspect::Name => {
            let object = expected.object(id);
            object.is_some_and(|object| is_rename_declared(&row.site, &object.name.value, declared))
        }
        _ => false,
    }
}

fn is_unexpected_declared(row: &Drift, declared: &Declared, expected: &Fold) -> bool {
    let find_declared = |name: &NameKey| {
        let table = expected.find(None, name)?;
        Some((table.id, declared.schema.tables.get(name)?))
    };
    match &row.site {
        Location::Index(table, index) => {
            find_declared(table).is_some_and(|(_, source)| source.indexes.contains_key(index))
        }
        Location::Property(table, property) => find_declared(table).is_some_and(|(id, source)| {
            source.properties.contains_key(property)
                && expected
                    .objects_ever_named(Some(id), property)
                    .next()
                    .is_none()
        }),
        _ => false,
    }
}

/// Returns whether a struct declares the new name, and a rename from `old`.
fn is_rename_declared(site: &Location, old: &str, declared: &Declared) -> bool {
    let old = NameKey::new(old);
    let is_former =
        |former_names: &[String]| former_names.iter().any(|name| NameKey::new(name) == old);
    match site {
        Location::Table(name) => {
            let hints = declared.tables.get(name);
            hints.is_some_and(|hints| is_former(&hints.renamed_from))
                && !declared.schema.tables.contains_key(&old)
        }
        Location::Property(table, name) => {
            let in_source = declared.schema.tables.get(table);
            let former_names = declared.tables.get(table).map(|h| &h.property_renames);
            former_names
                .and_then(|former_names| former_names.get(name))
                .is_some_and(|former_names| is_former(former_names))
                && in_source.is_some_and(|source| !source.properties.contains_key(&old))
        }
        _ => false,
    }
}

/// Returns whether the source declares an object that no event created; then the declaration
/// decides about it.
fn is_governed_by_source(row: &Drift, declared: &Declared) -> bool {
    match &row.site {
        Location::Table(key) => {
            let mut hints = declared.tables.values().flat_map(|h| &h.renamed_from);
            declared.schema.tables.contains_key(key) || hints.any(|old| NameKey::new(old) == *key)
        }
        Location::Sequence(key) => declared.schema.sequences.contains_key(key),
        _ => false,
    }
}

/// Finds, in a database without a ledger, names that only a ledger assigns.
fn orphaned_archives(contents: &LedgerContents, live: &Schema) -> Vec<Drift> {
    if contents.state.is_some() || !contents.events.is_empty() {
        return Vec::new();
    }
    let lost = |object: String, site| {
        let aspect = "was archived by a ledger that no longer exists".into();
        Drift::new(object, DriftKind::MetadataLost { aspect }, site)
    };
    let mut rows = Vec::new();
    for (key, table) in &live.tables {
        if is_archive(&table.name) {
            rows.push(lost(table.name.clone(), Location::Table(key.clone())));
        }
        for (name, property) in table.properties.iter().filter(|(_, p)| is_archive(&p.name)) {
            let path = format!("{}.{}", table.name, property.name);
            rows.push(lost(path, Location::Property(key.clone(), name.clone())));
        }
    }
    rows
}

/// `name__a_1b2c3d4e`
fn is_archive(name: &str) -> bool {
    name.rsplit_once("__a_").is_some_and(|(_, digits)| {
        digits.len() == 8
            && digits
                .bytes()
                .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

fn lost_rows(repair: &LedgerRepair) -> impl Iterator<Item = Drift> {
    repair.corrupt.iter().map(|row| {
        let mut aspect = row.reason.clone();
        if let Some(loss) = row.loss() {
            aspect = format!("{aspect}; {loss}");
        }
        Drift::new(
            format!("the row {} of the ledger", row.abbreviate()),
            DriftKind::MetadataLost { aspect },
            Location::Ledger(row.key.clone()),
        )
    })
}
