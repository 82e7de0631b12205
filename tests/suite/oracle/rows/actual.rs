//! The existing rows, and the expected ones as text.

use std::collections::BTreeMap;

use kuzu_ddl::kuzu::Database;
use kuzu_ddl_core::schema::name::quote;

use super::super::model::{Model, ModelTable};
use super::inserted::{Rows, node};
use super::query::{ask, evaluate};

impl Rows {
    /// All rows of all tables as text, in a fixed order.
    pub(in crate::oracle) fn all(
        &self,
        db: &Database,
        model: &Model,
    ) -> BTreeMap<String, Vec<String>> {
        model
            .tables
            .iter()
            .map(|table| (table.name.clone(), select(db, model, table)))
            .collect()
    }

    /// The expected result of [`all`](Self::all), in the engine's rendering of the values.
    pub(in crate::oracle) fn expected(
        &self,
        db: &Database,
        model: &Model,
    ) -> BTreeMap<String, Vec<String>> {
        let mut out = BTreeMap::new();
        for table in &model.tables {
            let mut parts = Vec::new();
            let rows = self.tables.get(&table.id).into_iter().flatten();
            let mut width = 1;
            for (ends, values) in rows {
                let start = parts.len();
                parts.push("'*'".to_owned());
                parts.extend(
                    ends.iter()
                        .flat_map(|e| [self.key(model, e.from), self.key(model, e.to)]),
                );
                let value = |id| values.get(id).cloned().flatten();
                let columns = table.properties.iter().map(|p| value(&p.id));
                parts.extend(columns.map(|value| value.unwrap_or_else(|| "NULL".into())));
                width = parts.len() - start;
            }
            let cells = if parts.is_empty() {
                Vec::new()
            } else {
                evaluate(db, &parts)
            };
            let mut rows: Vec<String> = cells.chunks(width).map(|row| row.join("|")).collect();
            rows.sort();
            out.insert(table.name.clone(), rows);
        }
        out
    }

    /// The non-NULL values of a property, in the engine's rendering and a fixed order.
    pub(super) fn held(&self, db: &Database, table: u32, property: u32) -> Vec<String> {
        let rows = self.tables[&table].iter();
        let values: Vec<String> = rows
            .filter_map(|(_, values)| values.get(&property)?.clone())
            .collect();
        if values.is_empty() {
            return values;
        }
        let mut held = evaluate(db, &values);
        held.sort();
        held
    }
}

fn select(db: &Database, model: &Model, table: &ModelTable) -> Vec<String> {
    let mut rows = Vec::new();
    let columns: Vec<String> = table
        .properties
        .iter()
        .map(|p| format!("x.{}", quote(&p.name)))
        .collect();
    let name = quote(&table.name);
    if table.is_node() {
        let all: Vec<String> = std::iter::once("'*'".to_owned()).chain(columns).collect();
        rows.extend(ask(
            db,
            &format!("MATCH (x:{name}) RETURN {}", all.join(", ")),
        ));
    } else {
        for (from, to) in &table.pairs {
            let (from, to) = (node(model, *from), node(model, *to));
            let key = |v: &str, t: &ModelTable| format!("{v}.{}", quote(&t.key().name));
            let mut all = vec!["'*'".to_owned(), key("a", from), key("b", to)];
            all.extend(columns.iter().cloned());
            let (a, b) = (quote(&from.name), quote(&to.name));
            let all = all.join(", ");
            rows.extend(ask(
                db,
                &format!("MATCH (a:{a})-[x:{name}]->(b:{b}) RETURN {all}"),
            ));
        }
    }
    rows.sort();
    rows
}
