//! The objects that a version dropped.

use kuzu_ddl::kuzu::Database;
use kuzu_ddl_core::schema::name::{quote, string_literal};

use super::super::model::{Model, ModelProperty, ModelTable};
use super::inserted::Rows;
use super::query::ask;

/// Dropped objects are archived with their values: the archived columns hold the former values.
pub(in crate::oracle) fn assert_archived(db: &Database, old: &Model, new: &Model, before: &Rows) {
    let tables = ask(db, "CALL show_tables() RETURN name");
    for table in &old.tables {
        match new.table(table.id) {
            None => {
                let archive = format!("{}__a_", table.name);
                let mut archives = tables.iter().filter(|name| name.starts_with(&archive));
                let name = archives.next().unwrap_or_else(|| panic!("{archive}"));
                assert_eq!(archives.next(), None);
                for property in &table.properties {
                    let held = before.held(db, table.id, property.id);
                    assert_eq!(column(db, table, name, &property.name), held, "{name}");
                }
            }
            Some(now) => {
                let dropped = |p: &&ModelProperty| now.property(p.id).is_none();
                for property in table.properties.iter().filter(dropped) {
                    let archive = format!("{}__a_", property.name);
                    let name = string_literal(&now.name);
                    let info = format!("CALL table_info({name}) RETURN name");
                    let mut columns = ask(db, &info).into_iter();
                    let actual = columns.find(|name| name.starts_with(&archive)).unwrap();
                    let held = column(db, now, &now.name, &actual);
                    if table.pairs.iter().all(|pair| now.pairs.contains(pair)) {
                        let expected = before.held(db, table.id, property.id);
                        assert_eq!(held, expected, "{}.{actual}", now.name);
                    }
                }
            }
        }
    }
}

/// The non-NULL values of a column in a fixed order.
fn column(db: &Database, kind: &ModelTable, table: &str, name: &str) -> Vec<String> {
    let (table, name) = (quote(table), quote(name));
    let pattern = if kind.is_node() {
        format!("(x:{table})")
    } else {
        format!("()-[x:{table}]->()")
    };
    let query = format!("MATCH {pattern} WHERE x.{name} IS NOT NULL RETURN x.{name}");
    let mut values = ask(db, &query);
    values.sort();
    values
}
