//! The rows that are inserted.

use std::collections::BTreeMap;

use kuzu_ddl::kuzu::Database;
use kuzu_ddl_core::schema::Multiplicity;
use kuzu_ddl_core::schema::name::quote;

use super::super::model::{Model, ModelProperty, ModelTable, value};
use super::query::ask;

/// Rows per node table.
const NODES: i64 = 4;

/// Values as Cypher by property id; `None` is NULL.
pub(super) type Values = BTreeMap<u32, Option<String>>;

/// A rel also has its pair and the keys of its ends.
pub(super) type Row = (Option<Ends>, Values);

/// The inserted rows, by table id.
#[derive(Clone, Debug, Default)]
pub(in crate::oracle) struct Rows {
    pub(super) tables: BTreeMap<u32, Vec<Row>>,
}

#[derive(Clone, Debug)]
pub(super) struct Ends {
    pub(super) from: (u32, i64),
    pub(super) to: (u32, i64),
}

impl Rows {
    /// Rows for all tables, such that the edits to `new` are legal: NULL only where it may stay,
    /// several rels of a node only where they may stay.
    pub(in crate::oracle) fn insert(db: &Database, model: &Model, new: &Model) -> Self {
        let mut rows = Self::default();
        for table in model.tables.iter().filter(|t| t.is_node()) {
            let of = |n| (None, values(table, new, n));
            rows.tables.insert(table.id, (1..=NODES).map(of).collect());
        }
        for table in model.tables.iter().filter(|t| !t.is_node()) {
            // At most one rel per pair and node on each side: legal under every multiplicity.
            let mut rels = Vec::new();
            for (at, pair) in (0_i64..).zip(&table.pairs) {
                let n = at % NODES + 1;
                let mut rel = |from, to, value| {
                    let (from, to) = ((pair.0, from), (pair.1, to));
                    rels.push((Some(Ends { from, to }), values(table, new, value)));
                };
                rel(n, n, n + 10);
                if is_many(table) && new.table(table.id).is_none_or(is_many) {
                    // A parallel rel, and a hub.
                    rel(n, n, n + 30);
                    (1..=NODES).for_each(|to| rel(1, to, to + 40));
                }
            }
            rows.tables.insert(table.id, rels);
        }
        rows.insert_into(db, model);
        rows
    }

    /// One more node per table and one more rel per pair, legal under every multiplicity.
    pub(in crate::oracle) fn insert_more(&mut self, db: &Database, model: &Model) {
        let mut last = BTreeMap::new();
        for table in model.tables.iter().filter(|t| t.is_node()) {
            let rows = self.tables.entry(table.id).or_default();
            rows.push((None, values(table, model, 20)));
            last.insert(table.id, i64::try_from(rows.len()).unwrap());
        }
        for table in model.tables.iter().filter(|t| !t.is_node()) {
            for pair in &table.pairs {
                let ends = Ends {
                    from: (pair.0, last[&pair.0]),
                    to: (pair.1, last[&pair.1]),
                };
                let row = (Some(ends), values(table, model, 21));
                self.tables.entry(table.id).or_default().push(row);
            }
        }
        let new = |rows: &Vec<_>, table: &ModelTable| {
            let count = if table.is_node() {
                1
            } else {
                table.pairs.len()
            };
            rows.len() - count
        };
        self.create_from(db, model, new);
    }

    pub(in crate::oracle) fn insert_into(&self, db: &Database, model: &Model) {
        self.create_from(db, model, |_, _| 0);
    }

    /// Creates the rows of each table from a position on, node tables first.
    fn create_from(
        &self,
        db: &Database,
        model: &Model,
        from: impl Fn(&Vec<Row>, &ModelTable) -> usize,
    ) {
        for nodes in [true, false] {
            for table in model.tables.iter().filter(|t| t.is_node() == nodes) {
                let Some(rows) = self.tables.get(&table.id) else {
                    continue;
                };
                for (ends, values) in &rows[from(rows, table)..] {
                    ask(db, &self.create(model, table, ends.as_ref(), values));
                }
            }
        }
    }
}

impl Rows {
    /// The Cypher of the key of a node.
    pub(super) fn key(&self, model: &Model, (table, row): (u32, i64)) -> String {
        let key = node(model, table).key().id;
        let at = usize::try_from(row - 1).unwrap();
        self.tables[&table][at].1[&key].clone().unwrap()
    }

    fn create(
        &self,
        model: &Model,
        table: &ModelTable,
        ends: Option<&Ends>,
        values: &Values,
    ) -> String {
        // An omitted property would get its default.
        let null = |p: &ModelProperty| format!("CAST(NULL AS {})", p.ty);
        let value = |p: &ModelProperty| values.get(&p.id).cloned().flatten();
        let properties: Vec<String> = table
            .properties
            .iter()
            .map(|p| {
                format!(
                    "{}: {}",
                    quote(&p.name),
                    value(p).unwrap_or_else(|| null(p))
                )
            })
            .collect();
        let body = format!("{} {{{}}}", quote(&table.name), properties.join(", "));
        match ends {
            None => format!("CREATE (:{body})"),
            Some(Ends { from, to }) => {
                let end = |variable, end: (u32, i64)| {
                    let table = node(model, end.0);
                    let (name, property) = (quote(&table.name), quote(&table.key().name));
                    format!(
                        "({variable}:{name} {{{property}: {}}})",
                        self.key(model, end)
                    )
                };
                format!(
                    "MATCH {}, {} CREATE (a)-[:{body}]->(b)",
                    end("a", *from),
                    end("b", *to)
                )
            }
        }
    }
}

/// The values of row `n`; some are NULL where that is legal, and where `new` can handle it.
fn values(table: &ModelTable, new: &Model, n: i64) -> Values {
    let later = new.table(table.id);
    let value = |p: &ModelProperty| {
        let null = (n + i64::from(p.id)) % 3 == 0;
        let null = null && p.nullable && later.is_none_or(|later| later.may_lack(p.id));
        (p.id, (!null).then(|| value(&p.ty, n)))
    };
    table.properties.iter().map(value).collect()
}

fn is_many(table: &ModelTable) -> bool {
    table.multiplicity == Multiplicity::ManyMany
}

pub(super) fn node(model: &Model, id: u32) -> &ModelTable {
    model.table(id).unwrap()
}
