//! Adoption of drift: changes made out of band become history.

use super::adopt_existing::{Adoption, LiveSchema};
use super::importer::{CatalogImporter, is_legal};
use crate::declared::Declared;
use crate::drift::{Aspect, Drift, DriftKind, Location};
use crate::event::{Change, Endpoints, ObjectId, OnFail, SequenceSpec};
use crate::fold::{ChangeBuilder, Fold, Object, managed_tables};
use crate::schema::name::{check_property, check_table};
use crate::schema::{NameKey, Property, Table, TableKind};

/// Returns the events that record `drift` as history, and the rows that no event can describe.
/// `declared` supplies what the catalog does not report about existing objects.
#[must_use]
pub fn adopt_drift(
    drift: &[Drift],
    declared: &Declared,
    live: &LiveSchema,
    expected: Fold,
) -> (Adoption, Vec<Drift>) {
    let mut follower = Follower {
        live,
        importer: CatalogImporter {
            declared,
            draft: ChangeBuilder::new(expected),
            local: live.local.clone(),
            missing_values: &live.missing_values,
            notes: Vec::new(),
        },
    };
    let mut rows: Vec<(usize, &Drift)> = drift
        .iter()
        .map(|row| (adoption_order(row, live), row))
        .collect();
    rows.sort();
    let remaining = rows
        .into_iter()
        .filter(|(_, row)| follower.event_for_drift(row).is_none())
        .map(|(_, row)| row.clone());
    let remaining = remaining.collect();
    (Adoption::new(follower.importer, Vec::new()), remaining)
}

/// Returns the rank in which a row is processed: names first, so that everything else is found by
/// them; a key only once its property exists; members of a table before the table, and rel tables
/// before the node tables that they connect.
fn adoption_order(row: &Drift, live: &LiveSchema) -> usize {
    let is_node = |key| {
        live.schema
            .tables
            .get(key)
            .is_some_and(|table| table.kind.is_node())
    };
    let is_table = matches!(row.site, Location::Table(_));
    match (&row.kind, &row.site) {
        (DriftKind::Changed { aspect, .. }, _) => match aspect {
            Aspect::Name if is_table => 0,
            Aspect::Name => 1,
            Aspect::PrimaryKey => 4,
            Aspect::Kind => 7,
            _ => 5,
        },
        (DriftKind::Missing, Location::Index(..)) => 2,
        (DriftKind::Unexpected, Location::Property(..)) => 3,
        (DriftKind::Missing, Location::Pair(..) | Location::Property(..)) => 6,
        (DriftKind::Missing, _) => 7,
        (DriftKind::Unexpected, Location::Sequence(_)) => 8,
        (DriftKind::Unexpected, Location::Table(key)) if is_node(key) => 8,
        (DriftKind::Unexpected, Location::Table(_)) => 9,
        (DriftKind::Unexpected, _) => 10,
        (DriftKind::MetadataLost { .. }, _) => 11,
    }
}

struct Follower<'a> {
    live: &'a LiveSchema,
    importer: CatalogImporter<'a>,
}

impl Follower<'_> {
    fn draft(&mut self) -> &mut ChangeBuilder {
        &mut self.importer.draft
    }

    fn fold(&self) -> &Fold {
        self.importer.draft.fold()
    }

    fn live_table(&self, key: &NameKey) -> Option<&'_ Table> {
        self.live.schema.tables.get(key)
    }

    fn live_property(&self, table: &NameKey, key: &NameKey) -> Option<&'_ Property> {
        self.live_table(table)?.properties.get(key)
    }

    /// Returns the object that has this name in the database.
    fn table(&self, key: &NameKey) -> Option<ObjectId> {
        managed_tables(self.fold()).get(key).copied()
    }

    /// Returns the declared name of the object, if it is declared.
    fn declared_name(&self, id: ObjectId) -> Option<NameKey> {
        let object = self.fold().object(id)?;
        Some(NameKey::new(&object.name.value))
    }

    /// Records one drift entry; `None` if no event can describe it.
    fn event_for_drift(&mut self, row: &Drift) -> Option<()> {
        match (&row.kind, row.id) {
            (DriftKind::Missing, Some(id)) => self.record_missing(id),
            (DriftKind::Unexpected, _) => self.adopt_unexpected(row),
            (DriftKind::Changed { aspect, .. }, Some(id)) => self.adopt_change(*aspect, id, row),
            // The last state in the ledger remains valid.
            (DriftKind::MetadataLost { .. }, _) => Some(()),
            _ => None,
        }
    }

    fn record_missing(&mut self, id: ObjectId) -> Option<()> {
        if self.fold().is_primary_key(id) {
            return None;
        }
        self.draft().archive(id);
        Some(())
    }

    fn adopt_unexpected(&mut self, row: &Drift) -> Option<()> {
        match &row.site {
            Location::Property(table, name) => {
                let (live, id) = (self.live, self.table(table)?);
                let property = live.schema.tables.get(table)?.properties.get(name)?;
                let declared = self.declared_name(id);
                let imported = self
                    .importer
                    .property(declared.as_ref(), &row.object, property, id);
                imported.then_some(())
            }
            Location::Pair(table, pair) => {
                let (from, to) = (self.table(&pair.from)?, self.table(&pair.to)?);
                let id = self.table(table)?;
                self.draft().add_pair(id, Endpoints { from, to });
                Some(())
            }
            Location::Index(table, name) => {
                let (live, id) = (self.live, self.table(table)?);
                let index = live.schema.tables.get(table)?.indexes.get(name)?;
                self.importer.index(id, index).then_some(())
            }
            Location::Table(key) => self.adopt_table(key),
            Location::Sequence(key) => self.sequence(key),
            Location::Ledger(_) => None,
        }
    }

    /// Adopts a table that was created out of band.
    fn adopt_table(&mut self, key: &NameKey) -> Option<()> {
        let live = self.live.schema.tables.get(key)?;
        if !live.properties.values().all(is_legal) {
            return None;
        }
        let joined = match &live.kind {
            TableKind::Node { .. } => true,
            TableKind::Edge { pairs, .. } => pairs
                .iter()
                .all(|p| self.table(&p.from).is_some() && self.table(&p.to).is_some()),
        };
        let imported = joined
            .then(|| self.importer.table(Some(key), live))
            .flatten();
        let id = imported?;
        for index in live.indexes.values() {
            self.importer.index(id, index);
        }
        Some(())
    }

    fn sequence(&mut self, key: &NameKey) -> Option<()> {
        let sequence = self.live.schema.sequences.get(key)?;
        check_table(&sequence.name).ok()?;
        let spec = SequenceSpec::from(sequence);
        self.draft().create_sequence(&sequence.name, spec);
        Some(())
    }

    fn adopt_change(&mut self, aspect: Aspect, id: ObjectId, row: &Drift) -> Option<()> {
        match (&row.site, aspect) {
            (_, Aspect::Name) => self.renamed(id, &row.site),
            (Location::Table(key), Aspect::Kind) => {
                self.draft().archive(id);
                self.adopt_table(key)
            }
            (Location::Table(key), Aspect::Comment) => {
                let text = self.live_table(key)?.comment.clone();
                self.draft().set_comment(id, text);
                Some(())
            }
            (Location::Table(key), _) => {
                let live = self.live_table(key)?.kind.clone();
                self.body(aspect, id, &live)
            }
            (Location::Property(table, key), _) => {
                let live = self.live_property(table, key)?.clone();
                self.property(aspect, id, row, &live)
            }
            (Location::Index(table, name), _) => {
                let (live, table_id) = (self.live, self.table(table)?);
                let index = live.schema.tables.get(table)?.indexes.get(name)?;
                self.draft().archive(id);
                self.importer.index(table_id, index).then_some(())
            }
            (Location::Sequence(key), _) => {
                self.draft().archive(id);
                self.sequence(key)
            }
            _ => None,
        }
    }

    fn renamed(&mut self, id: ObjectId, site: &Location) -> Option<()> {
        let to = match site {
            Location::Table(key) => {
                let name = &self.live_table(key)?.name;
                check_table(name).ok()?;
                name
            }
            Location::Property(table, key) => {
                let name = &self.live_property(table, key)?.name;
                check_property(name).ok()?;
                name
            }
            _ => return None,
        };
        let to = to.clone();
        self.draft().rename(id, &to);
        Some(())
    }

    fn body(&mut self, aspect: Aspect, id: ObjectId, live: &TableKind) -> Option<()> {
        let change = match (aspect, live) {
            (Aspect::PrimaryKey, TableKind::Node { primary_key }) => {
                let fold = self.fold();
                let is = |o: &&Object| NameKey::new(&fold.database_name(o)) == *primary_key;
                let mut properties = fold.children(id).filter(|o| o.is_live());
                let key = properties.find(is)?.id;
                Change::SetPrimaryKey { key }
            }
            (Aspect::Multiplicity, TableKind::Edge { multiplicity, .. }) => {
                Change::SetMultiplicity {
                    multiplicity: (*multiplicity)?,
                }
            }
            (Aspect::Storage, TableKind::Edge { storage, .. }) => {
                Change::SetStorage { storage: *storage }
            }
            _ => return None,
        };
        self.draft().change(id, change);
        Some(())
    }

    /// Records a changed property. Out of band, a type changes by a new column in place of the old
    /// one: the object is still the one that the application knows, and peers cast their values.
    fn property(
        &mut self,
        aspect: Aspect,
        id: ObjectId,
        row: &Drift,
        live: &Property,
    ) -> Option<()> {
        let change = match aspect {
            Aspect::Type if live.ty.check().is_ok() => Change::SetType {
                ty: live.ty.clone(),
                cast: None,
                on_fail: OnFail::Abort,
            },
            Aspect::Default => {
                let default = self.importer.default(id, &row.object, live);
                let known = self.fold().property(self.fold().object(id)?)?.default;
                if known == default || self.importer.local.adopted_defaults.contains_key(&id) {
                    return Some(());
                }
                Change::SetDefault { default }
            }
            _ => return None,
        };
        self.draft().change(id, change);
        Some(())
    }
}
