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

use super::super::builder::{ExistingTable, PlanBuilder};
use super::super::error::PlanError;
use super::super::operation::{Operation, RenameReason};
use super::super::serial::SerialColumn;
use super::rebuild::columns::TargetColumn;
use crate::event::ObjectId;
use crate::fold::Object;
use crate::schema::name::{INTERNAL_PREFIX, quote, serial_sequence_name};
use crate::schema::{NameKey, Property, Type};

/// Returns the SERIAL properties among new columns.
pub(in crate::plan) fn serial_columns(columns: &[TargetColumn]) -> Vec<String> {
    let counts = columns.iter().filter(|c| c.property.ty == Type::Serial);
    counts.map(|c| c.property.name.clone()).collect()
}

impl<'a> PlanBuilder<'a> {
    /// Returns whether a property becomes SERIAL, ceases to be, or is new and SERIAL: none of this
    /// can be done in place.
    pub(in crate::plan) fn serial_changes(&self, table: &ExistingTable<'a>) -> bool {
        self.after.children(table.object.id).any(|child| {
            if self.ignored.contains(&child.id) {
                return false;
            }
            if self.is_new_property(child, table) {
                let new = self.after.property(child);
                let counts = new.is_some_and(|new| new.ty == Type::Serial);
                return counts && !self.capabilities.add_serial;
            }
            let changed = self.live_property(child, table).and(self.changed(child.id));
            let counts = |(was, is): (_, _)| [was, is].contains(&Type::Serial);
            changed.is_some_and(|(was, is)| counts((was.ty, is.ty)))
        })
    }

    /// Returns the names under which a table can be rebuilt. They derive from its identity, so its
    /// sequences are distinct from those of other tables whatever it is renamed to later. They
    /// alternate: while one is being created, the table takes its numbers from the other.
    fn alternating_names(table: ObjectId) -> [String; 2] {
        ["r", "s"].map(|turn| format!("{INTERNAL_PREFIX}_{turn}_{}", table.abbreviate()))
    }

    /// Returns the sequences that rebuilds of a table created for it.
    fn own_counters(&self, table: ObjectId) -> Vec<&'a NameKey> {
        let starts = Self::alternating_names(table).map(|name| format!("{name}_"));
        let counters = self.serial_sequences.into_iter().flatten();
        let own = |key: &&NameKey| starts.iter().any(|start| key.as_str().starts_with(start));
        counters.filter(own).collect()
    }

    /// Returns the name of a table while it is rebuilt.
    pub(in crate::plan) fn rebuild_table_name(
        &self,
        table: &ExistingTable<'_>,
        columns: &[TargetColumn],
    ) -> String {
        let id = table.object.id;
        if serial_columns(columns).is_empty() {
            return format!("{}__r_{}", table.name, id.abbreviate());
        }
        let [one, other] = Self::alternating_names(id);
        let start = format!("{one}_");
        let used = |key: &&NameKey| key.as_str().starts_with(&start);
        let turn = self.own_counters(id).iter().any(used);
        if turn { other } else { one }
    }

    /// Continues the numbering above the copied rows, once they are in the new table.
    pub(in crate::plan) fn continue_serial(
        &mut self,
        table: &ExistingTable<'a>,
        to: &str,
        counting: &[String],
    ) {
        if counting.is_empty() {
            return;
        }
        let table_exists =
            |key: &NameKey| self.serial_sequences.is_some_and(|all| all.contains(key));
        let former = |property: &String| {
            let children = self.after.children(table.object.id);
            let mut live = children.filter(|child| self.after.database_name(child) == *property);
            let live = live.find_map(|child| self.live_property(child, table));
            let names = [Some(property), live.map(|p| &p.name)];
            let mut formers = BTreeSet::new();
            for name in names.into_iter().flatten() {
                let [one, other] = Self::alternating_names(table.object.id);
                for created in [&one, &other, &table.name, &table.live.name] {
                    formers.insert(serial_sequence_name(created, name));
                }
            }
            let columns = self.first_serial_names(table).into_iter();
            let first = columns.filter(|(present, _)| present == property);
            formers.extend(first.map(|(_, first)| self.first_sequence(table, &first)));
            let formers = formers.into_iter().filter(table_exists);
            formers.map(|key| key.to_string()).collect()
        };
        let columns = counting.iter().map(|property| SerialColumn {
            property: property.clone(),
            previous_sequences: former(property),
        });
        let operation = Operation::ContinueSerial {
            table: to.to_owned(),
            node: table.live.kind.is_node(),
            columns: columns.collect(),
        };
        self.push(operation, &[to], Vec::new());
    }

    /// Returns the SERIAL properties of a table that was renamed since it was created, each by its
    /// name after all renames and the one that it was created with: the engine named their sequences
    /// after these names. Empty if the table has other sequences.
    fn first_serial_names(&self, table: &ExistingTable<'a>) -> Vec<(String, NameKey)> {
        if !self.own_counters(table.object.id).is_empty() {
            return Vec::new();
        }
        let exists = |key: &NameKey| self.serial_sequences.is_some_and(|all| all.contains(key));
        let columns = self.after.children(table.object.id).filter_map(|child| {
            let live = self.live_property(child, table);
            let live = live.filter(|live| live.ty == Type::Serial)?;
            let first = child.original_name.clone();
            let sequence = self.first_sequence(table, &first);
            let by_live_names = serial_sequence_name(&table.live.name, &live.name);
            let uses_first = by_live_names == sequence || !exists(&by_live_names);
            (uses_first && exists(&sequence)).then(|| (self.after.database_name(child), first))
        });
        columns.collect()
    }

    /// Returns the sequence that the engine created with a table for a property.
    fn first_sequence(&self, table: &ExistingTable<'_>, property: &NameKey) -> NameKey {
        serial_sequence_name(table.object.original_name.as_str(), property.as_str())
    }

    /// Finds the tables whose numbering uses a sequence that a new table needs: they had its name
    /// when they were created. A rebuild gives them another sequence.
    pub(in crate::plan) fn free_serial_sequences(
        &mut self,
        existing: &[ExistingTable<'a>],
        created: &[&Object],
    ) {
        let mut needed: BTreeSet<NameKey> = BTreeSet::new();
        for table in created.iter().filter_map(|object| self.after.table(object)) {
            let serial = table.properties.values();
            let serial = serial.filter(|property| property.ty == Type::Serial);
            needed.extend(serial.map(|p| serial_sequence_name(&table.name, &p.name)));
        }
        if needed.is_empty() {
            return;
        }
        for table in existing {
            let columns = self.first_serial_names(table);
            let sequences = columns
                .iter()
                .map(|(_, first)| self.first_sequence(table, first));
            let sequences: BTreeSet<NameKey> = sequences.collect();
            // To be dropped with their sequences, the properties get their first names again.
            let is_taken = |(present, first): &(String, NameKey)| {
                let same = |child: &&Object| self.after.database_name(child) == *present;
                let own = self.after.children(table.object.id).find(same);
                let own = own.and_then(|child| self.live_property(child, table));
                let holder = table.live.properties.get(first);
                holder.is_some_and(|holder| own != Some(holder))
            };
            let is_renamed = NameKey::new(&table.name) != table.object.original_name;
            if is_renamed && !columns.iter().any(is_taken) && !sequences.is_disjoint(&needed) {
                self.freeing.insert(table.object.id);
                self.freed_sequences.extend(sequences);
            }
        }
    }

    /// Drops a table that has been copied under the names that it was created with, so that its
    /// sequences are dropped with it.
    pub(in crate::plan) fn drop_with_sequences(&mut self, table: &ExistingTable<'a>) {
        let first = table.object.original_name.to_string();
        let (name, purpose) = (table.name.clone(), RenameReason::FreeName);
        let operation = Operation::RenameTable {
            from: name.clone(),
            to: first.clone(),
            purpose,
        };
        self.push(operation, &[&name, &first], Vec::new());
        let renamed = self.first_serial_names(table);
        for (from, to) in &renamed {
            if NameKey::new(from) == *to {
                continue;
            }
            let operation = Operation::RenameProperty {
                table: first.clone(),
                from: from.clone(),
                to: to.to_string(),
                purpose,
            };
            self.push(operation, &[&first], Vec::new());
        }
        let columns = self.serial_columns_before(table).into_iter();
        let columns = columns.map(|present| {
            let column = renamed.iter().find(|(name, _)| *name == present);
            column.map_or(present, |(_, first)| first.to_string())
        });
        let columns = columns.collect();
        self.complete_serial_sequences(&first, columns);
        let table = first.clone();
        let operation = Operation::DropReplacedTable { table };
        self.push(operation, &[&first], Vec::new());
    }

    /// Creates missing sequences before a table with SERIAL properties is dropped: the DROP looks
    /// for sequences that a rename left under the old name.
    pub(in crate::plan) fn complete_serial_sequences(&mut self, name: &str, counting: Vec<String>) {
        let missing = |property: &&String| {
            let known = self.serial_sequences;
            known.is_some_and(|known| !known.contains(&serial_sequence_name(name, property)))
        };
        let missing = counting.iter().filter(missing).cloned().collect();
        self.claim(name, missing, true);
    }

    /// Creates the sequences of a rebuilt table's final name, before it gets that name, which is
    /// free.
    pub(in crate::plan) fn claim_serial_name(
        &mut self,
        table: &ExistingTable<'a>,
        counting: Vec<String>,
    ) {
        let old = self.serial_columns_before(table);
        let new = counting.iter().filter(|property| !old.contains(property));
        self.reject_existing_sequence(&table.name, new);
        self.claim(&table.name, counting, false);
    }

    /// Rejects properties for which the engine would create a sequence whose name a rename left
    /// taken.
    pub(in crate::plan) fn reject_existing_sequence<'p>(
        &mut self,
        table: &str,
        properties: impl Iterator<Item = &'p String>,
    ) {
        for property in properties {
            let sequence = format!("{table}_{property}_serial");
            if self.freed_sequences.contains(&NameKey::new(&sequence)) {
                continue;
            }
            let is_used = |all: &BTreeSet<NameKey>| all.contains(&NameKey::new(&sequence));
            if !self.serial_sequences.is_some_and(is_used) {
                continue;
            }
            let sequence = quote(&sequence);
            self.errors.push(PlanError::Unsupported {
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

    fn claim(&mut self, table: &str, properties: Vec<String>, table_exists: bool) {
        if properties.is_empty() || self.capabilities.rename_serial {
            return;
        }
        let operation = Operation::CreateSerialSequences {
            table: table.to_owned(),
            properties,
            table_exists,
        };
        self.push(operation, &[table], Vec::new());
    }

    /// Returns the SERIAL properties of a table in the database, by their names after all renames.
    pub(in crate::plan) fn serial_columns_before(&self, table: &ExistingTable<'a>) -> Vec<String> {
        let children: Vec<_> = self.after.children(table.object.id).collect();
        let counts = table.live.properties.values();
        let counts = counts.filter(|property| property.ty == Type::Serial);
        let name = |property: &Property| {
            let is = |child: &&&Object| {
                let live_property = self.live_property(child, table);
                live_property.is_some_and(|live_property| live_property.name == property.name)
                    && !self.is_purged_by_plan(child.id)
            };
            let object = children.iter().find(is);
            object.map_or_else(|| property.name.clone(), |o| self.after.database_name(o))
        };
        counts.map(name).collect()
    }

    /// Drops the sequences that kuzu-ddl created for a table which is dropped, or rebuilt as `now`.
    pub(in crate::plan) fn drop_serial_sequences(&mut self, table: ObjectId, now: Option<&str>) {
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
