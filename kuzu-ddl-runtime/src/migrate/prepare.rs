//! From the declaration and the database to a plan. Reads, and writes nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::back::{self, Return};
use super::baseline::{Records, record_only};
use super::look::Look;
use super::mend::{Mended, plan_and_mend};
use super::policy::Undeclared;
use super::settle::Settled;
use super::{Error, Listener, Migrator, catalog};
use crate::diff::{self, Adopted, Live, Note, adopt, compatible, diff, illegal, unreadable};
use crate::drift::{Drift, Local, Names, owned};
use crate::engine::Session;
use crate::event::{DdlEvent, EventId, ObjectId, ObjectKind, OnFail};
use crate::fold::{Fold, Object};
use crate::inspect::{Inspection, Scope, inspect, multiplicities};
use crate::ledger::{self, Contents, Identified, Repair};
use crate::owed::Owed;
use crate::plan::{Base, Plan, Said, Step};
use crate::schema::{Expr, Key, TableKind};

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
    /// If only the ledger is written, what of it beside the events.
    pub(super) records: Option<Records>,
    /// Whether what is declared is there afterwards.
    pub(super) fits: bool,
}

/// What a plan starts from.
pub(super) struct Ground {
    pub(super) contents: Contents,
    /// If the ledger is damaged, how it is put right.
    pub(super) repair: Option<Repair>,
    pub(super) version: i128,
    pub(super) found: Inspection,
    /// What the events say.
    pub(super) expected: Fold,
    /// The names that things have in the database.
    pub(super) names: Names,
    /// `found` with the multiplicities that are needed.
    pub(super) live: Live,
}

/// What the declaration leads to.
struct Led {
    before: Fold,
    after: Fold,
    local: Local,
    restored: BTreeSet<ObjectId>,
}

/// A plan from what was settled to another state, whoever asks for it: the events `new` lead there.
pub(super) fn lead_to(
    ground: Ground,
    settled: Settled,
    (after, new): (Fold, Vec<DdlEvent>),
    said: &Said,
) -> Result<Prepared, Error> {
    let Ground {
        contents,
        found,
        version,
        ..
    } = ground;
    let (mut events, mut notes) = (settled.events, settled.notes);
    let before = settled.fold;
    // What was done by hand may be just what a peer did.
    let known: BTreeSet<EventId> = events.iter().map(DdlEvent::id).collect();
    events.extend(new.into_iter().filter(|event| !known.contains(&event.id())));
    let refusals = unreadable(&events, &after);
    if !refusals.is_empty() {
        return Err(Error::Refused(refusals));
    }
    let mut local = settled.live.local;
    let (states, known) = ((&before, &after), (&local, &contents.making));
    let steps = plan_and_mend(states, &found, said, &settled.leave, known, &mut notes)
        .map_err(Error::Plan)?
        .steps;
    local.owed = owed(&steps);
    local.fills.extend(filled(states, said));
    let plan = Plan {
        base: base(&contents, &found),
        events,
        steps,
        notes: notes.iter().map(ToString::to_string).collect(),
    };
    Ok(Prepared {
        contents,
        found,
        version,
        before,
        after,
        local,
        leave: settled.leave,
        tolerated: settled.tolerated,
        plan,
        is_new: false,
        may_wait: false,
        back: None,
        records: None,
        fits: false,
    })
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
            ..diff::said(&declared.declared)
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
            back: back::returns(contents),
            ..self.options()
        };
        let asked = !options.restore.is_empty()
            || !options.recreate.is_empty()
            || !options.purge.is_empty();
        if !(is_new || asked || options.drop_undeclared) {
            // A declaration that was carried out here before says nothing new.
            let refusals = compatible(&declared.declared, Some(&declared.declared), &adopted.fold);
            if !refusals.is_empty() {
                return Err(back::refused(contents, declared, refusals));
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

pub(super) fn base(contents: &Contents, found: &Inspection) -> Base {
    let state = contents.state.as_ref();
    let frontier = state.map(|s| s.frontier.clone());
    Base {
        live: catalog::whole(found),
        frontier: frontier.unwrap_or_default(),
    }
}

pub(super) fn sentences(mut notes: Vec<Note>) -> Vec<String> {
    notes.sort();
    notes.dedup();
    notes.iter().map(ToString::to_string).collect()
}

pub(super) fn notes_of(found: &Inspection) -> Vec<Note> {
    let attached = found.attached.iter().map(|a| Note::Attached {
        object: a.name.clone(),
    });
    let unreadable = found.notes.iter().map(|note| Note::Unreadable {
        object: note.object.clone(),
        reason: note.reason.clone(),
    });
    let version = found.version.as_ref().filter(|is| *is != found.can.version);
    let version = version.map(|is| Note::OtherVersion {
        object: is.clone(),
        tried: found.can.to_string(),
    });
    attached.chain(unreadable).chain(version).collect()
}

pub(super) fn foreign(found: &Inspection, after: &Fold) -> Vec<Note> {
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

/// What rows get that have no value once the type of their property has changed, by that change.
fn filled((before, after): (&Fold, &Fold), said: &Said) -> BTreeMap<EventId, Expr> {
    let of = |object: &Object| {
        let change = object.archives.iter().rfind(|a| a.ty != a.to)?;
        let was = before.object(object.id)?;
        if was.archives.iter().any(|archive| archive.by == change.by) {
            return None;
        }
        let (nullable, is) = (before.property(was)?.nullable, after.property(object)?);
        let lacks = !is.nullable && (nullable || change.on_fail != OnFail::Abort);
        let table = after.physical(after.object(object.parent?)?);
        let fill = said.fills.get(&(Key::new(&table), Key::new(&is.name)))?;
        (lacks && fill.is_constant()).then(|| (change.by, fill.clone()))
    };
    after
        .objects()
        .filter(|o| o.is_live())
        .filter_map(of)
        .collect()
}
