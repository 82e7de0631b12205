//! Properties that count: `SERIAL`, to and from.
//!
//! The engine makes a sequence `<table>_<property>_serial` with the table, and DROP TABLE looks for one of
//! that name, whatever the table counts by. Such a sequence begins at 0, can be told nothing else, and what
//! drops it is in the log only together with a table. So a table that is rebuilt counts by a sequence of ours
//! that begins above its largest value, which is called after the table's name while it was made; and under
//! its own name stands one that waits for the DROP. Tables without rows carry these to and fro:
//! `ALTER … ADD p SERIAL` makes no sequence, so dropping that table takes one away; and a SERIAL that is
//! dropped from a table leaves its sequence behind. (Tried in `tests/engine/serial.rs`.)

use std::collections::BTreeSet;

use super::build::{Builder, Kept, PlanError, count_rows};
use super::operation::Operation;
use super::shape::Column;
use super::statement;
use crate::event::ObjectId;
use crate::fold::Object;
use crate::inspect::counter;
use crate::schema::name::{INTERNAL_PREFIX, quote, string_literal};
use crate::schema::{Key, Property, Type};

/// What a rebuilt table counts by.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Count {
    /// The property.
    pub property: String,
    /// Sequences that it may have counted by until now.
    pub formers: Vec<String>,
}

/// What the next number depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The query for the largest value that there is; NULL if there is none.
    pub largest: String,
    /// Queries for the next numbers of the sequences before.
    pub formers: Vec<String>,
}

/// Stands for the next number in statements until it is known.
const NEXT: &str = "$next";

pub(super) fn counted(table: &str, node: bool, counts: &[Count]) -> Vec<Counted> {
    let rows = count_rows(table, node);
    let rows = rows.trim_end_matches("count(*)");
    let of = |count: &Count| Counted {
        largest: format!("{rows}max(x.{})", quote(&count.property)),
        formers: count.formers.iter().map(|name| next_of(name)).collect(),
    };
    counts.iter().map(of).collect()
}

fn next_of(sequence: &str) -> String {
    format!("RETURN nextval({})", string_literal(sequence))
}

/// Lets a table that is there count by sequences of ours, from the numbers in `next` on.
pub(super) fn count_on(table: &str, counts: &[Count], next: Option<&[i64]>) -> Vec<String> {
    let properties: Vec<&str> = counts.iter().map(|c| c.property.as_str()).collect();
    let aside = format!("{table}_");
    let mut statements = vec![rename(table, &aside)];
    statements.push(stand_in(table, &properties, ""));
    statements.extend(properties.iter().map(|p| {
        let (table, p) = (quote(table), quote(p));
        format!("ALTER TABLE {table} ADD {p} SERIAL")
    }));
    statements.push(format!("DROP TABLE {}", quote(table)));
    for (i, property) in properties.iter().enumerate() {
        let next = next.and_then(|next| next.get(i));
        let start = next.map_or_else(|| NEXT.to_owned(), i64::to_string);
        let name = format!("{table}_{property}_serial");
        statements.push(statement::create_counter(&name, &start));
    }
    statements.push(rename(&aside, table));
    statements
}

/// Makes the sequences that DROP TABLE will look for.
pub(super) fn claim(table: &str, properties: &[String], there: bool) -> Vec<String> {
    let aside = format!("{INTERNAL_PREFIX}_aside");
    let properties: Vec<&str> = properties.iter().map(String::as_str).collect();
    let columns: String = properties
        .iter()
        .map(|p| format!(", {} SERIAL", quote(p)))
        .collect();
    let mut statements = Vec::new();
    statements.extend(there.then(|| rename(table, &aside)));
    statements.push(stand_in(table, &properties, &columns));
    // From the last one on: it leaves no gap.
    statements.extend(properties.iter().rev().map(|p| {
        let (table, p) = (quote(table), quote(p));
        format!("ALTER TABLE {table} DROP {p}")
    }));
    statements.push(format!("DROP TABLE {}", quote(table)));
    statements.extend(there.then(|| rename(&aside, table)));
    statements
}

fn rename(from: &str, to: &str) -> String {
    format!("ALTER TABLE {} RENAME TO {}", quote(from), quote(to))
}

/// A table without rows, for sequences that follow its name.
fn stand_in(table: &str, properties: &[&str], columns: &str) -> String {
    let taken = |key: &str| properties.iter().any(|p| Key::new(p) == Key::new(key));
    let mut key = "k".to_owned();
    while taken(&key) {
        key.push('k');
    }
    let (table, key) = (quote(table), quote(&key));
    format!("CREATE NODE TABLE {table}({key} INT64 PRIMARY KEY{columns})")
}

/// The properties of new columns that count.
pub(super) fn counting(columns: &[Column]) -> Vec<String> {
    let counts = columns.iter().filter(|c| c.property.ty == Type::Serial);
    counts.map(|c| c.property.name.clone()).collect()
}

impl<'a> Builder<'a> {
    /// Whether a property begins to count, ceases to, or is new and counts: nothing of that can be done
    /// in place.
    pub(super) fn recounts(&self, table: &Kept<'a>) -> bool {
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

    /// The names under which a table can be rebuilt, so that its sequences are told from those of other
    /// tables whatever it is called later. They take turns: while the one is made the other counts.
    fn turns(table: ObjectId) -> [String; 2] {
        ["r", "s"].map(|turn| format!("{INTERNAL_PREFIX}_{turn}_{}", table.short()))
    }

    /// The sequences that rebuilds of a table made for it.
    fn own_counters(&self, table: ObjectId) -> Vec<&'a Key> {
        let starts = Self::turns(table).map(|name| format!("{name}_"));
        let counters = self.counters.into_iter().flatten();
        let own = |key: &&Key| starts.iter().any(|start| key.as_str().starts_with(start));
        counters.filter(own).collect()
    }

    /// The name of a table while it is rebuilt.
    pub(super) fn rebuilt_name(&self, table: &Kept<'_>, columns: &[Column]) -> String {
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

    /// Once the rows are in the new table: it counts on from above them.
    pub(super) fn count_on(&mut self, table: &Kept<'a>, to: &str, counting: &[String]) {
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

    /// Before a table that counts is dropped: DROP looks for sequences that a rename left behind.
    pub(super) fn complete_claims(&mut self, name: &str, counting: Vec<String>) {
        let missing = |property: &&String| {
            let known = self.counters;
            known.is_some_and(|known| !known.contains(&counter(name, property)))
        };
        let missing = counting.iter().filter(missing).cloned().collect();
        self.claim(name, missing, true);
    }

    /// Before a rebuilt table that counts gets its name, which is free.
    pub(super) fn claim_name(&mut self, table: &Kept<'a>, counting: Vec<String>) {
        let old = self.counting_before(table);
        let new = counting.iter().filter(|property| !old.contains(property));
        self.refuse_taken(&table.name, new);
        self.claim(&table.name, counting, false);
    }

    /// The engine makes a sequence for each of these, and a rename may have left one of that name.
    pub(super) fn refuse_taken<'p>(
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
                    "it is to count, and the sequence {sequence} is there already: a SERIAL that was \
                     renamed or dropped counts by it or left it; give this property another name, or, if \
                     nothing counts by it any more, run \"DROP SEQUENCE {sequence}\" and then CHECKPOINT by hand"
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

    /// The properties of a table in the database that count, by the names that they have after all
    /// renames.
    pub(super) fn counting_before(&self, table: &Kept<'a>) -> Vec<String> {
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

    /// Drops the sequences of ours by which a table counted that is gone, or made anew as `now`.
    pub(super) fn drop_counters(&mut self, table: ObjectId, now: Option<&str>) {
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
