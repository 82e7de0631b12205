//! The expected rows after a version changed their tables.

use std::collections::BTreeMap;

use kuzu_ddl::kuzu::Database;
use kuzu_ddl_core::describe::OnFailDesc;
use kuzu_ddl_core::schema::Expr;
use kuzu_ddl_core::schema::name::quote;

use super::super::model::{Model, ModelProperty, ModelTable, TypeChange, differs_by_row};
use super::inserted::{Row, Rows, node};
use super::query::{ask, has_value};

impl Rows {
    /// Follows the edits, which the database has applied: new tables have no rows.
    pub(in crate::oracle) fn follow(&mut self, db: &Database, old: &Model, new: &Model) {
        for table in &new.tables {
            let Some(before) = old.table(table.id) else {
                self.tables.insert(table.id, Vec::new());
                continue;
            };
            let rows = self.tables.entry(table.id).or_default();
            rows.retain(|(ends, _)| {
                let pair = ends.as_ref().map(|e| (e.from.0, e.to.0));
                pair.is_none_or(|pair| table.pairs.contains(&pair))
            });
            for (_, values) in rows {
                values.retain(|id, _| table.property(*id).is_some());
                for property in &table.properties {
                    let next = match values.get(&property.id) {
                        Some(previous) => carried_over(db, before, property, previous.clone()),
                        None => added(property),
                    };
                    values.insert(property.id, next);
                }
            }
        }
        self.tables.retain(|id, _| new.table(*id).is_some());
        for table in &new.tables {
            if let Some(before) = old.table(table.id) {
                self.read_generated(db, new, before, table);
            }
        }
    }

    /// Reads the values that the database generated per row, which must differ.
    fn read_generated(
        &mut self,
        db: &Database,
        new: &Model,
        before: &ModelTable,
        table: &ModelTable,
    ) {
        let is_generated = |p: &&ModelProperty| {
            let by_row = p.default.as_ref().is_some_and(differs_by_row);
            by_row && p.fill.is_none() && before.property(p.id).is_none()
        };
        let generated: Vec<&ModelProperty> = table.properties.iter().filter(is_generated).collect();
        let mut read: Vec<BTreeMap<u32, String>> = Vec::new();
        // Indistinguishable rows take the results in turn.
        let mut taken: BTreeMap<String, usize> = BTreeMap::new();
        for row in &self.tables[&table.id] {
            let mut values = BTreeMap::new();
            for property in &generated {
                let query = self.query(new, table, row, property, &generated);
                let turn = taken.entry(query.clone()).or_default();
                let texts = ask(db, &query);
                values.insert(property.id, texts[*turn].clone());
                *turn += 1;
            }
            read.push(values);
        }
        for property in &generated {
            let mut all: Vec<&String> = read.iter().map(|values| &values[&property.id]).collect();
            all.sort();
            all.dedup();
            assert_eq!(all.len(), read.len(), "{}.{}", table.name, property.name);
        }
        let rows = self.tables.get_mut(&table.id).unwrap();
        for ((_, values), read) in rows.iter_mut().zip(read) {
            for property in &generated {
                let text = &read[&property.id];
                let value = format!("CAST('{text}' AS {})", property.ty);
                values.insert(property.id, Some(value));
            }
        }
    }

    /// The query for one property of a row, identified by its key or its ends, and by all its known
    /// values.
    fn query(
        &self,
        new: &Model,
        table: &ModelTable,
        (ends, values): &Row,
        property: &ModelProperty,
        generated: &[&ModelProperty],
    ) -> String {
        let name = quote(&table.name);
        let column = |p: &ModelProperty| format!("x.{}", quote(&p.name));
        let known = table.properties.iter();
        let known = known.filter(|p| generated.iter().all(|generated| generated.id != p.id));
        let mut conditions: Vec<String> = known
            .map(|p| match values.get(&p.id).cloned().flatten() {
                Some(value) => format!("{} = {value}", column(p)),
                None => format!("{} IS NULL", column(p)),
            })
            .collect();
        let mut pattern = format!("(x:{name})");
        if let Some(ends) = ends {
            let (from, to) = (node(new, ends.from.0), node(new, ends.to.0));
            let (a, b) = (quote(&from.name), quote(&to.name));
            pattern = format!("(a:{a})-[x:{name}]->(b:{b})");
            for (v, table, end) in [("a", from, ends.from), ("b", to, ends.to)] {
                let key = quote(&table.key().name);
                conditions.push(format!("{v}.{key} = {}", self.key(new, end)));
            }
        }
        let (conditions, generated) = (conditions.join(" AND "), column(property));
        let condition = if conditions.is_empty() {
            String::new()
        } else {
            format!(" WHERE {conditions}")
        };
        format!("MATCH {pattern}{condition} RETURN CAST({generated} AS STRING) AS v ORDER BY v")
    }
}

/// The value of an existing property, as Cypher.
fn carried_over(
    db: &Database,
    before: &ModelTable,
    property: &ModelProperty,
    previous: Option<String>,
) -> Option<String> {
    let next = match (property.change, previous) {
        (Some(change), Some(value)) => changed(db, property, change, &value),
        (_, previous) => previous,
    };
    let nullable = before.property(property.id).is_none_or(|p| p.nullable);
    let fails = property.change.is_some_and(|c| c.on_fail.is_some());
    let fill = property.fill.as_ref().filter(|_| nullable || fails);
    next.or_else(|| fill.map(|fill| fill.canonical(&property.ty)))
}

/// The result of a change of type for a value that is not NULL.
fn changed(
    db: &Database,
    property: &ModelProperty,
    change: TypeChange,
    value: &str,
) -> Option<String> {
    let ty = &property.ty;
    let cast = change.cast.unwrap_or("old");
    let cast = Expr::parse_cast(cast).unwrap().render_with_old(value);
    let generated = format!("CAST({cast} AS {ty})");
    match change.on_fail {
        None => Some(generated),
        Some(_) if has_value(db, &generated) => Some(generated),
        Some(OnFailDesc::Default) => property.default.as_ref().map(|expr| expr.canonical(ty)),
        Some(_) => None,
    }
}

/// The value of a new property; one that differs by row is read later.
fn added(property: &ModelProperty) -> Option<String> {
    let value = property.fill.as_ref().or(property.default.as_ref());
    let value = value.filter(|expr| !differs_by_row(expr));
    value.map(|expr| expr.canonical(&property.ty))
}
