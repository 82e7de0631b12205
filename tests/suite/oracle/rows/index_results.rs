//! The results of the indexes, compared with a scan of all rows.

use kuzu_ddl::kuzu::Database;
use kuzu_ddl_core::schema::IndexKind;
use kuzu_ddl_core::schema::name::quote;

use super::super::model::{Model, ModelIndex, ModelTable};
use super::query::ask;

/// The word that most texts contain.
const WORD: &str = "row";

/// Asserts that every index finds the rows that contain the word, or a vector, and no others.
#[track_caller]
pub(in crate::oracle) fn assert_found(db: &Database, model: &Model) {
    for table in &model.tables {
        for index in &table.indexes {
            let key = format!("CAST({{}}.{} AS STRING) AS k", quote(&table.key().name));
            let key = |variable| key.replace("{}", variable);
            let (call, condition) = match index.kind {
                IndexKind::FullText => full_text(table, index),
                _ => vector(table, index),
            };
            let actual = ask(db, &format!("{call} RETURN {} ORDER BY k", key("node")));
            let rows = format!(
                "MATCH (x:{}) WHERE {condition} RETURN {} ORDER BY k",
                quote(&table.name),
                key("x")
            );
            assert_eq!(actual, ask(db, &rows), "{}[{}]", table.name, index.name);
        }
    }
}

fn full_text(table: &ModelTable, index: &ModelIndex) -> (String, String) {
    let (table_name, name) = (&table.name, &index.name);
    let columns = index.on.iter().filter_map(|id| table.property(*id));
    let has_word = columns.map(|p| format!("lower(x.{}) CONTAINS '{WORD}'", quote(&p.name)));
    (
        format!("CALL QUERY_FTS_INDEX('{table_name}', '{name}', '{WORD}')"),
        has_word.collect::<Vec<_>>().join(" OR "),
    )
}

fn vector(table: &ModelTable, index: &ModelIndex) -> (String, String) {
    let property = table.property(index.on[0]).unwrap();
    let (table, name, ty) = (&table.name, &index.name, &property.ty);
    (
        format!("CALL QUERY_VECTOR_INDEX('{table}', '{name}', CAST([2.25, 1.0] AS {ty}), 100)"),
        format!("x.{} IS NOT NULL", quote(&property.name)),
    )
}
