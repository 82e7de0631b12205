//! SERIAL properties: how their numbering survives a rebuild.
//!
//! The engine creates a sequence `<table>_<property>_serial` with the table, and DROP TABLE looks
//! for one of that name, whichever sequence the table uses. Such a sequence starts at 0, accepts no
//! other start, and its removal is logged only together with a table's. So a rebuilt table takes
//! its numbers from a sequence created by kuzu-ddl, which starts above the largest value and is
//! named after the table's temporary name; under the final name there is a placeholder sequence for
//! the DROP. Tables without rows transfer these: `ALTER … ADD p SERIAL` creates no sequence, so
//! dropping that table removes one; and a SERIAL that is dropped from a table leaves its sequence
//! behind. (Verified in `tests/engine/serial.rs`.)

use std::collections::BTreeSet;

use super::super::builder::{Builder, Kept};
use super::super::error::PlanError;
use super::super::operation::Operation;
use super::super::serial::Count;
use super::rebuild::columns::Column;
use crate::event::ObjectId;
use crate::fold::Object;
use crate::schema::name::{INTERNAL_PREFIX, counter, quote};
use crate::schema::{Key, Property, Type};

/// Returns the SERIAL properties among new columns.
pub(in crate::plan) fn counting(columns: &[Column]) -> Vec<String> {
    let counts = columns.iter().filter(|c| c.property.ty == Type::Serial);
    counts.map(|c| c.property.name.clone()).collect()
}

impl<'a> Builder<'a> {
    /// Returns whether a property becomes SERIAL, ceases to be, or is new and SERIAL: none of this
    /// can be done in place.
    pub(in crate::plan) fn recounts(&self, table: &Kept<'a>) -> bool {
        self.after.children(table.object.id).any(|child| {
            if self.leave.contains(&child.id) {
                return false;
            }
            if self.is_added(child, table) {
                let new = self.after.property(child);
                let counts = new.is_some_and(|new| new.ty == Type::Serial);
                return counts && !self.can.add_serial;
            }
            let changed = self.here(child, table).and(self.changed(child.id));
            let counts = |(was, is): (_, _)| [was, is].contains(&Type::Serial);
            changed.is_some_and(|(was, is)| counts((was.ty, is.ty)))
        })
    }

    /// Returns the names under which a table can be rebuilt. They derive from its identity, so its
    /// sequences are distinct from those of other tables whatever it is renamed to later. They
    /// alternate: while one is being created, the table takes its numbers from the other.
    fn turns(table: ObjectId) -> [String; 2] {
        ["r", "s"].map(|turn| format!("{INTERNAL_PREFIX}_{turn}_{}", table.short()))
    }

    /// Returns the sequences that rebuilds of a table created for it.
    fn own_counters(&self, table: ObjectId) -> Vec<&'a Key> {
        let starts = Self::turns(table).map(|name| format!("{name}_"));
        let counters = self.counters.into_iter().flatten();
        let own = |key: &&Key| starts.iter().any(|start| key.as_str().starts_with(start));
        counters.filter(own).collect()
    }

    /// Returns the name of a table while it is rebuilt.
    pub(in crate::plan) fn rebuilt_name(&self, table: &Kept<'_>, columns: &[Column]) -> String {
        let id = table.object.id;
        if counting(columns).is_empty() {
            return format!("{}__r_{}", table.name, id.short());
        }
        let [one, other] = Self::turns(id);
        let start = format!("{one}_");
        let used = |key: &&Key| key.as_str().starts_with(&start);
        let turn = self.own_counters(id).iter().any(used);
        if turn { other } else { one }
    }

    /// Continues the numbering above the copied rows, once they are in the new table.
    pub(in crate::plan) fn count_on(&mut self, table: &Kept<'a>, to: &str, counting: &[String]) {
        if counting.is_empty() {
            return;
        }
        let there = |key: &Key| self.counters.is_some_and(|all| all.contains(key));
        let former = |property: &String| {
            let children = self.after.children(table.object.id);
            let mut live = children.filter(|child| self.after.physical(child) == *property);
            let live = live.find_map(|child| self.here(child, table));
            let names = [Some(property), live.map(|p| &p.name)];
            let mut formers = BTreeSet::new();
            for name in names.into_iter().flatten() {
                let [one, other] = Self::turns(table.object.id);
                for made in [&one, &other, &table.name, &table.live.name] {
                    formers.insert(counter(made, name));
                }
            }
            let formers = formers.into_iter().filter(there);
            formers.map(|key| key.to_string()).collect()
        };
        let columns = counting.iter().map(|property| Count {
            property: property.clone(),
            formers: former(property),
        });
        let operation = Operation::CountOn {
            table: to.to_owned(),
            node: table.live.kind.is_node(),
            columns: columns.collect(),
        };
        self.push(operation, &[to], Vec::new());
    }

    /// Creates missing sequences before a table with SERIAL properties is dropped: the DROP looks
    /// for sequences that a rename left under the old name.
    pub(in crate::plan) fn complete_claims(&mut self, name: &str, counting: Vec<String>) {
        let missing = |property: &&String| {
            let known = self.counters;
            known.is_some_and(|known| !known.contains(&counter(name, property)))
        };
        let missing = counting.iter().filter(missing).cloned().collect();
        self.claim(name, missing, true);
    }

    /// Creates the sequences of a rebuilt table's final name, before it gets that name, which is
    /// free.
    pub(in crate::plan) fn claim_name(&mut self, table: &Kept<'a>, counting: Vec<String>) {
        let old = self.counting_before(table);
        let new = counting.iter().filter(|property| !old.contains(property));
        self.refuse_taken(&table.name, new);
        self.claim(&table.name, counting, false);
    }

    /// Rejects properties for which the engine would create a sequence whose name a rename left
    /// taken.
    pub(in crate::plan) fn refuse_taken<'p>(
        &mut self,
        table: &str,
        properties: impl Iterator<Item = &'p String>,
    ) {
        for property in properties {
            let sequence = format!("{table}_{property}_serial");
            let taken = |all: &BTreeSet<Key>| all.contains(&Key::new(&sequence));
            if !self.counters.is_some_and(taken) {
                continue;
            }
            let sequence = quote(&sequence);
            self.errors.push(PlanError::Impossible {
                object: format!("{table}.{property}"),
                reason: format!(
                    "the sequence {sequence} for its numbering exists already: a SERIAL property that was \
                     renamed or dropped uses it or left it\n\
                     help: give this property another name\n\
                     help: or, if no property uses the sequence, run \"DROP SEQUENCE {sequence}\" and then \
                     \"CHECKPOINT\""
                ),
            });
        }
    }

    fn claim(&mut self, table: &str, properties: Vec<String>, there: bool) {
        if properties.is_empty() || self.can.rename_serial {
            return;
        }
        let operation = Operation::ClaimCounters {
            table: table.to_owned(),
            properties,
            there,
        };
        self.push(operation, &[table], Vec::new());
    }

    /// Returns the SERIAL properties of a table in the database, by their names after all renames.
    pub(in crate::plan) fn counting_before(&self, table: &Kept<'a>) -> Vec<String> {
        let children: Vec<_> = self.after.children(table.object.id).collect();
        let counts = table.live.properties.values();
        let counts = counts.filter(|property| property.ty == Type::Serial);
        let name = |property: &Property| {
            let is = |child: &&&Object| {
                let here = self.here(child, table);
                here.is_some_and(|here| here.name == property.name) && !self.is_gone(child.id)
            };
            let object = children.iter().find(is);
            object.map_or_else(|| property.name.clone(), |o| self.after.physical(o))
        };
        counts.map(name).collect()
    }

    /// Drops the sequences that kuzu-ddl created for a table which is dropped, or rebuilt as `now`.
    pub(in crate::plan) fn drop_counters(&mut self, table: ObjectId, now: Option<&str>) {
        let now = now.map(|now| format!("{now}_"));
        for key in self.own_counters(table) {
            if now
                .as_ref()
                .is_some_and(|now| key.as_str().starts_with(now))
            {
                continue;
            }
            let name = key.to_string();
            self.push(Operation::DropSequence { name }, &[], Vec::new());
        }
    }
}
