//! Adoption of drift: changes made out of band become history.

use super::adopt_existing::{Adopted, Live};
use super::importer::{Taker, is_legal};
use crate::declared::Declared;
use crate::drift::{Drift, DriftKind, Part, Site};
use crate::event::{Change, Endpoints, ObjectId, OnFail, SequenceSpec};
use crate::fold::{Draft, Fold, Object, owned};
use crate::schema::name::{check_property, check_table};
use crate::schema::{Key, Property, Table, TableKind};

/// Returns the events that record `drift` as history, and the rows that no event can describe.
/// `declared` supplies what the catalog does not report about existing objects.
#[must_use]
pub fn follow(
    drift: &[Drift],
    declared: &Declared,
    live: &Live,
    expected: Fold,
) -> (Adopted, Vec<Drift>) {
    let mut follower = Follower {
        live,
        taker: Taker {
            declared,
            draft: Draft::new(expected),
            local: live.local.clone(),
            notes: Vec::new(),
        },
    };
    let mut rows: Vec<(usize, &Drift)> = drift.iter().map(|row| (turn(row, live), row)).collect();
    rows.sort();
    let left = rows
        .into_iter()
        .filter(|(_, row)| follower.follow(row).is_none())
        .map(|(_, row)| row.clone());
    let left = left.collect();
    (Adopted::of(follower.taker, Vec::new()), left)
}

/// Returns the rank in which a row is processed: names first, so that everything else is found by
/// them; a key only once its property exists; members of a table before the table, and rel tables
/// before the node tables that they connect.
fn turn(row: &Drift, live: &Live) -> usize {
    let is_node = |key| {
        live.schema
            .tables
            .get(key)
            .is_some_and(|table| table.kind.is_node())
    };
    let is_table = matches!(row.site, Site::Table(_));
    match (&row.kind, &row.site) {
        (DriftKind::Altered { what, .. }, _) => match what {
            Part::Name if is_table => 0,
            Part::Name => 1,
            Part::PrimaryKey => 4,
            Part::Kind => 7,
            _ => 5,
        },
        (DriftKind::Missing, Site::Index(..)) => 2,
        (DriftKind::Extra, Site::Property(..)) => 3,
        (DriftKind::Missing, Site::Pair(..) | Site::Property(..)) => 6,
        (DriftKind::Missing, _) => 7,
        (DriftKind::Extra, Site::Sequence(_)) => 8,
        (DriftKind::Extra, Site::Table(key)) if is_node(key) => 8,
        (DriftKind::Extra, Site::Table(_)) => 9,
        (DriftKind::Extra, _) => 10,
        (DriftKind::Lost { .. }, _) => 11,
    }
}

struct Follower<'a> {
    live: &'a Live,
    taker: Taker<'a>,
}

impl Follower<'_> {
    fn draft(&mut self) -> &mut Draft {
        &mut self.taker.draft
    }

    fn fold(&self) -> &Fold {
        self.taker.draft.fold()
    }

    fn live_table(&self, key: &Key) -> Option<&'_ Table> {
        self.live.schema.tables.get(key)
    }

    fn live_property(&self, table: &Key, key: &Key) -> Option<&'_ Property> {
        self.live_table(table)?.properties.get(key)
    }

    /// Returns the object that has this name in the database.
    fn table(&self, key: &Key) -> Option<ObjectId> {
        owned(self.fold()).get(key).copied()
    }

    /// Returns the declared name of the object, if it is declared.
    fn declared_name(&self, id: ObjectId) -> Option<Key> {
        let object = self.fold().object(id)?;
        Some(Key::new(&object.name.value))
    }

    /// Records one drift entry; `None` if no event can describe it.
    fn follow(&mut self, row: &Drift) -> Option<()> {
        match (&row.kind, row.id) {
            (DriftKind::Missing, Some(id)) => self.missing(id),
            (DriftKind::Extra, _) => self.extra(row),
            (DriftKind::Altered { what, .. }, Some(id)) => self.altered(*what, id, row),
            // The last state in the ledger remains valid.
            (DriftKind::Lost { .. }, _) => Some(()),
            _ => None,
        }
    }

    fn missing(&mut self, id: ObjectId) -> Option<()> {
        if self.fold().is_key(id) {
            return None;
        }
        self.draft().drop(id);
        Some(())
    }

    fn extra(&mut self, row: &Drift) -> Option<()> {
        match &row.site {
            Site::Property(table, name) => {
                let (live, id) = (self.live, self.table(table)?);
                let property = live.schema.tables.get(table)?.properties.get(name)?;
                let declared = self.declared_name(id);
                let taken = self
                    .taker
                    .property(declared.as_ref(), &row.object, property, id);
                taken.then_some(())
            }
            Site::Pair(table, pair) => {
                let (from, to) = (self.table(&pair.from)?, self.table(&pair.to)?);
                let id = self.table(table)?;
                self.draft().add_pair(id, Endpoints { from, to });
                Some(())
            }
            Site::Index(table, name) => {
                let (live, id) = (self.live, self.table(table)?);
                let index = live.schema.tables.get(table)?.indexes.get(name)?;
                self.taker.index(id, index).then_some(())
            }
            Site::Table(key) => self.made(key),
            Site::Sequence(key) => self.sequence(key),
            Site::Ledger(_) => None,
        }
    }

    /// Adopts a table that was created out of band.
    fn made(&mut self, key: &Key) -> Option<()> {
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
        let taken = joined.then(|| self.taker.table(Some(key), live)).flatten();
        let id = taken?;
        for index in live.indexes.values() {
            self.taker.index(id, index);
        }
        Some(())
    }

    fn sequence(&mut self, key: &Key) -> Option<()> {
        let sequence = self.live.schema.sequences.get(key)?;
        check_table(&sequence.name).ok()?;
        let spec = SequenceSpec::from(sequence);
        self.draft().create_sequence(&sequence.name, spec);
        Some(())
    }

    fn altered(&mut self, what: Part, id: ObjectId, row: &Drift) -> Option<()> {
        match (&row.site, what) {
            (_, Part::Name) => self.renamed(id, &row.site),
            (Site::Table(key), Part::Kind) => {
                self.draft().drop(id);
                self.made(key)
            }
            (Site::Table(key), Part::Comment) => {
                let text = self.live_table(key)?.comment.clone();
                self.draft().comment(id, text);
                Some(())
            }
            (Site::Table(key), _) => {
                let live = self.live_table(key)?.kind.clone();
                self.body(what, id, &live)
            }
            (Site::Property(table, key), _) => {
                let live = self.live_property(table, key)?.clone();
                self.property(what, id, row, &live)
            }
            (Site::Index(table, name), _) => {
                let (live, table_id) = (self.live, self.table(table)?);
                let index = live.schema.tables.get(table)?.indexes.get(name)?;
                self.draft().drop(id);
                self.taker.index(table_id, index).then_some(())
            }
            (Site::Sequence(key), _) => {
                self.draft().drop(id);
                self.sequence(key)
            }
            _ => None,
        }
    }

    fn renamed(&mut self, id: ObjectId, site: &Site) -> Option<()> {
        let to = match site {
            Site::Table(key) => {
                let name = &self.live_table(key)?.name;
                check_table(name).ok()?;
                name
            }
            Site::Property(table, key) => {
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

    fn body(&mut self, what: Part, id: ObjectId, live: &TableKind) -> Option<()> {
        let change = match (what, live) {
            (Part::PrimaryKey, TableKind::Node { primary_key }) => {
                let fold = self.fold();
                let is = |o: &&Object| Key::new(&fold.physical(o)) == *primary_key;
                let mut properties = fold.children(id).filter(|o| o.is_live());
                let key = properties.find(is)?.id;
                Change::SetKey { key }
            }
            (Part::Multiplicity, TableKind::Edge { multiplicity, .. }) => Change::SetMultiplicity {
                multiplicity: (*multiplicity)?,
            },
            (Part::Storage, TableKind::Edge { storage, .. }) => {
                Change::SetStorage { storage: *storage }
            }
            _ => return None,
        };
        self.draft().set(id, change);
        Some(())
    }

    /// Records a changed property. Out of band, a type changes by a new column in place of the old
    /// one: the object is still the one that the application knows, and peers cast their values.
    fn property(&mut self, what: Part, id: ObjectId, row: &Drift, live: &Property) -> Option<()> {
        let change = match what {
            Part::Type if live.ty.check().is_ok() => Change::SetType {
                ty: live.ty.clone(),
                cast: None,
                on_fail: OnFail::Abort,
            },
            Part::Default => {
                let default = self.taker.default(id, &row.object, live);
                let known = self.fold().property(self.fold().object(id)?)?.default;
                if known == default || self.taker.local.defaults.contains_key(&id) {
                    return Some(());
                }
                Change::SetDefault { default }
            }
            _ => return None,
        };
        self.draft().set(id, change);
        Some(())
    }
}
