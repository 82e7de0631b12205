//! From the declaration and the database to a plan. Reads, and writes nothing.

pub(in crate::migrate) mod catalog_hash;
pub(in crate::migrate) mod dangling_indexes;
pub(in crate::migrate) mod drift;
pub(in crate::migrate) mod inputs;
pub(in crate::migrate) mod notes;
pub(in crate::migrate) mod suspect_tables;
pub(in crate::migrate) mod undone;

use std::collections::BTreeSet;

use inputs::{Ground, Led, Prepared, Settled, base, filled, owed, version};
use kuzu_ddl_core::catalog::Inspection;
use kuzu_ddl_core::diff;
use kuzu_ddl_core::diff::{Adopted, Live, Note, adopt, compatible, diff, illegal, unreadable};
use kuzu_ddl_core::drift::Names;
use kuzu_ddl_core::event::{DdlEvent, ObjectId, ObjectKind};
use kuzu_ddl_core::fold::Fold;
use kuzu_ddl_core::plan::{Plan, Said, said};
use kuzu_ddl_core::schema::{Key, TableKind};
use notes::{foreign, notes_of, sentences};
use suspect_tables::{Mended, plan_and_mend};

use super::baseline::record_only;
use super::planning::undone::{refused, returns};
use super::policy::Undeclared;
use super::preflight::runner::Look;
use super::{Listener, Migrator};
use crate::engine::Session;
use crate::error::Error;
use crate::inspect::{Scope, inspect, multiplicities};
use crate::ledger;
use crate::ledger::{Contents, Identified};

impl Migrator<'_> {
    /// [`Prepared`] with its hazards counted. What it reads it reads in several queries, between which
    /// another connection may have migrated the database: an error is one only if nothing moved
    /// meanwhile, and else [`Error::BaseMoved`]. (A success is looked at again by apply.)
    pub(super) fn prepare(
        &self,
        session: &dyn Session,
        declared: &Identified,
        listener: Option<&mut Listener<'_>>,
    ) -> Result<Prepared, Error> {
        let before = version(session)?;
        let prepared = self.read(session, declared).and_then(|mut prepared| {
            let functions = &declared.declared.functions;
            Look::new(session, (functions, self.batch), listener).at(&mut prepared.plan)?;
            self.estimate(session, &mut prepared.plan)?;
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
        if let Some(received) = &self.received {
            return self.prepare_received(session, declared, received);
        }
        let refusals = illegal(&declared.declared);
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals));
        }
        let ground = self.ground(session, declared)?;
        if self.baseline && ground.contents.state.is_some() {
            let events = ground.contents.events.len();
            return Err(Error::HasLedger { events });
        }
        let settled = self.settle(declared, &ground)?;
        if settled.record_only {
            return record_only(ground, &declared.declared, settled);
        }
        self.lead(ground, declared, settled)
    }

    /// What the ledger and the catalog say.
    pub(super) fn ground(
        &self,
        session: &dyn Session,
        declared: &Identified,
    ) -> Result<Ground, Error> {
        let contents = ledger::read(session)?;
        let (contents, repair) = self.readable(contents)?;
        let version = version(session)?;
        let found = inspect(session, Scope::All)?;
        let expected = contents.fold();
        let names = Names::find(&expected, &found, &contents.places);
        let mut schema = found.schema.clone();
        if needs_multiplicities(declared, &expected, &found, &names) {
            let known = multiplicities(session, &found)?.known;
            for (key, table) in &mut schema.tables {
                if let TableKind::Edge { multiplicity, .. } = &mut table.kind {
                    *multiplicity = known.get(key).copied();
                }
            }
        }
        let local = contents.state.as_ref().map(|s| s.local.clone());
        let local = local.unwrap_or_default();
        Ok(Ground {
            contents,
            repair,
            version,
            expected,
            names,
            live: Live { schema, local },
            found,
        })
    }

    /// From what was settled to what is declared.
    fn lead(
        &self,
        ground: Ground,
        declared: &Identified,
        settled: Settled,
    ) -> Result<Prepared, Error> {
        let Ground {
            contents,
            found,
            version,
            ..
        } = ground;
        let Settled {
            fold,
            live,
            leave,
            tolerated,
            mut events,
            mut notes,
            followed,
            ..
        } = settled;
        notes.extend(notes_of(&found));
        let is_new = !contents.seen.contains(&declared.id)
            || (self.redo && contents.undone().contains(&declared.id))
            || asks_back(&contents, declared, &fold);
        let adopted = adopt(&declared.declared, &live, fold);
        let adopts = !adopted.events.is_empty();
        let Led {
            before,
            after,
            mut local,
            restored,
        } = self
            .changes(
                &contents,
                declared,
                adopted,
                is_new,
                (&mut events, &mut notes),
            )
            .map_err(|error| match error {
                Error::Refused(refusals) if !followed.is_empty() => Error::NotAdopted(refusals),
                error => error,
            })?;
        let refusals = unreadable(&events, &after);
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals));
        }
        notes.extend(foreign(&found, &after));
        let said = Said {
            restored,
            ..said(&declared.declared)
        };
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
        if adopts || contents.ancestor.is_none() {
            // A first start says what is, not what shall change: rewriting is asked about.
            steps
                .iter_mut()
                .flat_map(|step| &mut step.hazards)
                .for_each(|h| h.said = false);
        }
        local.owed = owed(&steps);
        local.fills.extend(filled((&before, &after), &said));
        let plan = Plan {
            base: base(&contents, &found),
            events,
            steps,
            notes: sentences(notes),
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
            records: None,
            fits: true,
        })
    }

    /// What the declaration changes of what is there.
    fn changes(
        &self,
        contents: &Contents,
        declared: &Identified,
        adopted: Adopted,
        is_new: bool,
        (events, notes): (&mut Vec<DdlEvent>, &mut Vec<Note>),
    ) -> Result<Led, Error> {
        let options = diff::Options {
            back: returns(contents),
            ..self.options()
        };
        let asked = !options.restore.is_empty()
            || !options.recreate.is_empty()
            || !options.purge.is_empty();
        if !(is_new || asked || options.drop_undeclared) {
            // A declaration that was carried out here before says nothing new.
            let refusals = compatible(&declared.declared, Some(&declared.declared), &adopted.fold);
            if !refusals.is_empty() {
                return Err(refused(contents, declared, refusals));
            }
            return Ok(Led {
                before: adopted.fold.clone(),
                after: adopted.fold,
                local: adopted.local,
                restored: BTreeSet::new(),
            });
        }
        if !adopted.refusals.is_empty() {
            return Err(Error::Refused(adopted.refusals));
        }
        let ancestor = contents.ancestor.as_ref();
        let found = diff(&declared.declared, ancestor, adopted.fold.clone(), &options)
            .map_err(Error::Refused)?;
        notes.extend(adopted.notes);
        notes.extend(found.notes);
        events.extend(adopted.events);
        events.extend(found.events);
        Ok(Led {
            before: adopted.fold,
            after: found.after,
            local: adopted.local,
            restored: found.restored,
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
}

/// Whether a declaration that was carried out here before does not fit any more, and says by now how to make
/// its values of the present ones.
fn asks_back(contents: &Contents, declared: &Identified, fold: &Fold) -> bool {
    let casts = declared.with_casts;
    casts.is_some_and(|casts| !contents.seen.contains(&casts))
        && !compatible(&declared.declared, Some(&declared.declared), fold).is_empty()
}

/// Whether there are rel tables of which the ledger does not tell the multiplicity: those that are
/// declared and of which no event tells, and those that were made anew.
fn needs_multiplicities(
    declared: &Identified,
    expected: &Fold,
    found: &Inspection,
    names: &Names,
) -> bool {
    let hints = &declared.declared.tables;
    let mut tables = declared.declared.schema.tables.iter();
    let unknown = tables.any(|(key, table)| {
        let olds = hints.get(key).into_iter().flat_map(|h| &h.renamed_from);
        let olds = olds.map(|old| Key::new(old));
        let mut all = std::iter::once(key.clone()).chain(olds);
        let here = |name: Key| {
            expected.find(None, &name).is_none() && found.schema.tables.contains_key(&name)
        };
        !table.kind.is_node() && all.any(here)
    });
    let is_edge = |id: &ObjectId| {
        let object = expected.object(*id);
        object.is_some_and(|object| object.kind() == ObjectKind::EdgeTable)
    };
    unknown || names.remade.iter().any(is_edge)
}
