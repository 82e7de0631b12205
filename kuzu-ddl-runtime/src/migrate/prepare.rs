//! From the declaration and the database to a plan. Reads, and writes nothing.

use std::collections::BTreeSet;

use super::back::{self, Return};
use super::mend::{Mended, plan_and_mend};
use super::policy::{DriftPolicy, Undeclared};
use super::{Error, Migrator, catalog};
use crate::diff::{self, Live, Note, adopt, compatible, diff, follow, illegal, unreadable};
use crate::drift::{Drift, DriftKind, Local, drift, owned};
use crate::engine::Session;
use crate::event::{DdlEvent, ObjectId};
use crate::fold::Fold;
use crate::inspect::{Inspection, Scope, inspect, multiplicities};
use crate::ledger::{self, Contents, Identified};
use crate::owed::Owed;
use crate::plan::{Base, Plan, Step};
use crate::schema::{Key, TableKind};

/// Everything that apply needs.
pub(super) struct Prepared {
    /// What the ledger holds.
    pub(super) contents: Contents,
    /// What the catalog says.
    pub(super) found: Inspection,
    /// The engine's count of catalog changes in this process, from before the catalog was read.
    pub(super) version: i128,
    /// The state before, adopted things among it.
    pub(super) before: Fold,
    /// The state after.
    pub(super) after: Fold,
    /// What this database alone knows.
    pub(super) local: Local,
    /// Objects known to differ, and left so.
    pub(super) leave: BTreeSet<ObjectId>,
    /// Differences that stay, by policy.
    pub(super) tolerated: Vec<Drift>,
    /// What will be done.
    pub(super) plan: Plan,
    /// Whether this declaration is new to this database.
    pub(super) is_new: bool,
    /// Whether nothing is wrong with putting this off.
    pub(super) may_wait: bool,
    /// If this goes back, what is recorded about that.
    pub(super) back: Option<Return>,
}

/// The engine's count of catalog changes; it says whether anything changed in this process since
/// it was asked last, and other processes are kept out by the file's lock.
pub(super) fn version(session: &dyn Session) -> Result<i128, Error> {
    let rows = session.query("CALL catalog_version() RETURN *")?;
    Ok(rows
        .first()
        .and_then(|row| row.first())
        .and_then(|cell| cell.int())
        .unwrap_or(-1))
}

impl Migrator<'_> {
    /// [`Prepared`] with its hazards counted. What it reads it reads in several queries, between which
    /// another connection may have migrated the database: an error is one only if nothing moved
    /// meanwhile, and else [`Error::BaseMoved`]. (A success is looked at again by apply.)
    pub(super) fn prepare(
        &self,
        session: &dyn Session,
        declared: &Identified,
    ) -> Result<Prepared, Error> {
        let before = version(session)?;
        let prepared = self.read(session, declared).and_then(|mut prepared| {
            self.look(session, &mut prepared.plan, &declared.declared.functions)?;
            Ok(prepared)
        });
        match prepared {
            Err(_) if version(session)? != before => Err(Error::BaseMoved),
            result => result,
        }
    }

    fn read(&self, session: &dyn Session, declared: &Identified) -> Result<Prepared, Error> {
        let _span = tracing::debug_span!("prepare").entered();
        if let Some(point) = &self.back {
            return self.prepare_back(session, declared, point);
        }
        let refusals = illegal(&declared.declared);
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals));
        }
        let contents = ledger::read(session)?;
        if !contents.bad.is_empty() {
            return Err(Error::Ledger(contents.bad));
        }
        let version = version(session)?;
        let mut found = inspect(session, Scope::All)?;
        let expected = Fold::of(contents.events.values());
        self.read_multiplicities(session, declared, &expected, &mut found)?;
        let mut notes = notes_of(&found);
        let local = contents
            .state
            .as_ref()
            .map(|s| s.local.clone())
            .unwrap_or_default();
        let mut events = Vec::new();

        let live = Live {
            schema: found.schema.clone(),
            local,
        };
        let Settled {
            fold,
            live,
            leave,
            tolerated,
        } = self.settle(declared, expected, live, &mut events, &mut notes)?;

        let ancestor = contents.ancestor.as_ref();
        let is_new = !contents.seen.contains(&declared.id)
            || (self.redo && contents.undone().contains(&declared.id));
        let adopted = adopt(&declared.declared, &live, fold);
        let options = diff::Options {
            back: back::returns(&contents),
            ..self.options()
        };
        let asked = !options.restore.is_empty()
            || !options.recreate.is_empty()
            || !options.purge.is_empty();
        let adopts = !adopted.events.is_empty();
        let (before, after, mut local) = if is_new || asked || options.drop_undeclared {
            if !adopted.refusals.is_empty() {
                return Err(Error::Refused(adopted.refusals));
            }
            let found = diff(&declared.declared, ancestor, adopted.fold.clone(), &options)
                .map_err(Error::Refused)?;
            notes.extend(adopted.notes);
            notes.extend(found.notes);
            events.extend(adopted.events);
            events.extend(found.events);
            (adopted.fold, found.after, adopted.local)
        } else {
            // A declaration that was carried out here before says nothing new.
            let refusals = compatible(&declared.declared, Some(&declared.declared), &adopted.fold);
            if !refusals.is_empty() {
                return Err(back::refused(&contents, declared, refusals));
            }
            (adopted.fold.clone(), adopted.fold, adopted.local)
        };
        let refusals = unreadable(&events, &after);
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals));
        }
        notes.extend(foreign(&found, &after));
        let said = diff::said(&declared.declared);
        let Mended {
            mut steps,
            nothing_else,
        } = plan_and_mend(
            (&before, &after),
            &found,
            &said,
            &leave,
            (&local, &contents.making),
            &mut notes,
        )
        .map_err(Error::Plan)?;
        let may_wait = nothing_else && events.is_empty();
        if adopts {
            // A first start says what is, not what shall change: rewriting is asked about.
            steps
                .iter_mut()
                .flat_map(|step| &mut step.hazards)
                .for_each(|h| h.said = false);
        }
        local.owed = owed(&steps);
        notes.sort();
        notes.dedup();
        let frontier = ledger_frontier(&contents);
        let base = Base {
            live: catalog::whole(&found),
            frontier,
        };
        let notes = notes.iter().map(ToString::to_string).collect();
        let plan = Plan {
            base,
            events,
            steps,
            notes,
        };
        Ok(Prepared {
            contents,
            found,
            version,
            before,
            after,
            local,
            leave,
            tolerated,
            plan,
            is_new,
            may_wait,
            back: None,
        })
    }

    fn options(&self) -> diff::Options {
        diff::Options {
            drop_undeclared: self.undeclared == Undeclared::Archive,
            restore: self.restore.clone(),
            recreate: self.recreate.clone(),
            purge: self.purge.clone(),
            back: BTreeSet::new(),
        }
    }

    /// Multiplicities of rel tables that are declared and there, but of which no event tells.
    fn read_multiplicities(
        &self,
        session: &dyn Session,
        declared: &Identified,
        expected: &Fold,
        found: &mut Inspection,
    ) -> Result<(), Error> {
        let hints = &declared.declared.tables;
        let unknown = declared.declared.schema.tables.iter().any(|(key, table)| {
            let mut names = std::iter::once(key.clone()).chain(
                hints
                    .get(key)
                    .into_iter()
                    .flat_map(|h| h.renamed_from.iter().map(|n| Key::new(n))),
            );
            !table.kind.is_node()
                && names.any(|name| {
                    expected.find(None, &name).is_none() && found.schema.tables.contains_key(&name)
                })
        });
        if !unknown {
            return Ok(());
        }
        let known = multiplicities(session, found)?.known;
        for (key, table) in &mut found.schema.tables {
            if let TableKind::Edge { multiplicity, .. } = &mut table.kind {
                *multiplicity = known.get(key).copied();
            }
        }
        Ok(())
    }

    /// Compares the ledger with the database and settles the differences by policy.
    pub(super) fn settle(
        &self,
        declared: &Identified,
        expected: Fold,
        live: Live,
        events: &mut Vec<DdlEvent>,
        notes: &mut Vec<Note>,
    ) -> Result<Settled, Error> {
        let rows = drift(&expected, &live.schema, &live.local, None);
        // What somebody made by hand and the source declares by now is adopted, not drift.
        let (declared_now, rows): (Vec<Drift>, Vec<Drift>) = rows
            .into_iter()
            .partition(|row| is_declared(row, declared, &expected));
        drop(declared_now);
        let mut settled = Settled {
            fold: expected,
            live,
            leave: BTreeSet::new(),
            tolerated: Vec::new(),
        };
        if rows.is_empty() {
            return Ok(settled);
        }
        match self.drift {
            DriftPolicy::Error => return Err(Error::Drift(rows)),
            DriftPolicy::Warn => settled.tolerate(rows, notes),
            DriftPolicy::Adopt => {
                let (adopted, left) = follow(&rows, &settled.live, settled.fold);
                if !left.is_empty() {
                    return Err(Error::Drift(left));
                }
                notes.extend(rows.iter().map(|row| Note::Drift {
                    row: format!("adopted: {row}"),
                }));
                events.extend(adopted.events);
                settled.fold = adopted.fold;
                settled.live.local = adopted.local;
            }
            DriftPolicy::Repair => {
                let (mendable, extra): (Vec<Drift>, Vec<Drift>) = rows.into_iter().partition(mends);
                let altered: Vec<Drift> = extra
                    .iter()
                    .filter(|row| row.kind != DriftKind::Extra)
                    .cloned()
                    .collect();
                if !altered.is_empty() {
                    return Err(Error::Drift(altered));
                }
                notes.extend(mendable.iter().map(|row| Note::Drift {
                    row: format!("repaired: {row}"),
                }));
                settled.tolerate(extra, notes);
            }
        }
        Ok(settled)
    }
}

pub(super) struct Settled {
    pub(super) fold: Fold,
    pub(super) live: Live,
    pub(super) leave: BTreeSet<ObjectId>,
    pub(super) tolerated: Vec<Drift>,
}

impl Settled {
    fn tolerate(&mut self, rows: Vec<Drift>, notes: &mut Vec<Note>) {
        notes.extend(rows.iter().map(|row| Note::Drift {
            row: row.to_string(),
        }));
        self.leave.extend(rows.iter().filter_map(|row| row.id));
        self.tolerated.extend(rows);
    }
}

/// What a plan mends by itself: what is missing is made, comments are set.
fn mends(row: &Drift) -> bool {
    match &row.kind {
        DriftKind::Missing => true,
        DriftKind::Altered { what, .. } => what == "comment",
        DriftKind::Extra => false,
    }
}

fn is_declared(row: &Drift, declared: &Identified, expected: &Fold) -> bool {
    if let Some((table, index)) = row
        .object
        .strip_suffix(']')
        .and_then(|path| path.split_once('['))
    {
        let said = declared.declared.schema.table(table);
        return row.kind == DriftKind::Extra
            && said.is_some_and(|table| table.indexes.contains_key(&Key::new(index)));
    }
    let Some((table, property)) = row.object.split_once('.') else {
        return false;
    };
    let known = owned(expected).get(&Key::new(table)).copied();
    row.kind == DriftKind::Extra
        && declared
            .declared
            .schema
            .table(table)
            .is_some_and(|t| t.property(property).is_some())
        && known.is_some_and(|id| {
            expected
                .holders(Some(id), &Key::new(property))
                .next()
                .is_none()
        })
}

fn notes_of(found: &Inspection) -> Vec<Note> {
    let attached = found.attached.iter().map(|a| Note::Attached {
        object: a.name.clone(),
    });
    let unreadable = found.notes.iter().map(|note| Note::Unreadable {
        object: note.object.clone(),
        reason: note.reason.clone(),
    });
    attached.chain(unreadable).collect()
}

fn foreign(found: &Inspection, after: &Fold) -> Vec<Note> {
    let owned: BTreeSet<Key> = owned(after).into_keys().collect();
    let before = |key: &Key| after.holders(None, key).next().is_some();
    let tables = found.schema.tables.iter();
    tables
        .filter(|(key, _)| !owned.contains(key) && !before(key))
        .map(|(_, table)| Note::Foreign {
            object: table.name.clone(),
        })
        .collect()
}

/// What the transaction of these steps leaves to be done after it.
pub(super) fn owed(steps: &[Step]) -> BTreeSet<Owed> {
    steps
        .iter()
        .filter_map(|step| step.operation.owed())
        .collect()
}

pub(super) fn ledger_frontier(contents: &Contents) -> BTreeSet<crate::event::EventId> {
    contents
        .state
        .as_ref()
        .map(|s| s.frontier.clone())
        .unwrap_or_default()
}
