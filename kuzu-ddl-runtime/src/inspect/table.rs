//! Reads properties, keys and pairs of tables.

use std::collections::BTreeMap;

use kuzu_ddl_core::catalog::{CatalogSnapshot, SkippedObject};
use kuzu_ddl_core::schema::name::string_literal;
use kuzu_ddl_core::schema::{
    Expr, NameKey, Pair, Property, StorageDirection, Table, TableKind, Type,
};
use kuzu_ddl_core::value::{Row, Value};

use super::row::{bool, cells, text, unexpected_result};
use super::tables::TableListing;
use crate::engine::{EngineError, EngineErrorKind, Session};

/// Reads `tables` into the schema of `found`.
///
/// Uses one short statement per table: a `UNION ALL` over many saves nothing because the engine
/// runs in this process, and naming the columns costs more than reading them. Relative times
/// through this crate, 500 node tables: `RETURN *` one by one 1; joined by 20 takes 1.6, with named
/// columns 1.8, joined by 500 more than 4.
pub(super) fn read(
    session: &dyn Session,
    tables: Vec<TableListing>,
    found: &mut CatalogSnapshot,
) -> Result<(), EngineError> {
    for table in tables {
        let details = if table.node {
            node(session, &table)
        } else {
            edge(session, &table)
        };
        match details {
            Ok((kind, properties, ids)) => {
                let key = NameKey::new(&table.name);
                if let Some(gap) = ids.gap() {
                    found.column_id_gaps.insert(key.clone(), gap);
                }
                found.column_ids.insert(key, ids.by_name);
                add(&table, kind, properties, found);
            }
            Err(e) if concerns_one_table(&e) => found
                .skipped
                .push(SkippedObject::new(&table.name, e.message)),
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// Returns whether the name of one unmanaged table may cause the error. (In a transaction it has
/// ended that, and the next statement fails.)
fn concerns_one_table(e: &EngineError) -> bool {
    use EngineErrorKind as K;
    matches!(e.kind, K::Other | K::Syntax | K::Unsupported)
}

fn add(
    table: &TableListing,
    kind: TableKind,
    properties: BTreeMap<NameKey, Property>,
    found: &mut CatalogSnapshot,
) {
    let key = NameKey::new(&table.name);
    if !kind.is_node() && properties.is_empty() {
        found.unknown_storage.insert(key.clone());
    }
    found.table_ids.insert(key.clone(), table.id);
    let table = Table {
        name: table.name.clone(),
        kind,
        properties,
        indexes: BTreeMap::new(),
        comment: table.comment.clone(),
    };
    found.schema.tables.insert(key, table);
}

/// Kind, properties, and column ids of a table.
type Details = (TableKind, BTreeMap<NameKey, Property>, ColumnIds);

/// Returns the column id of the first property of a new table. In a rel table the first id belongs
/// to the internal id of the rel, which is not listed.
pub(crate) fn first_column_id(node: bool) -> u64 {
    if node { 0 } else { 1 }
}

/// Column ids of a table, which the engine assigns in ascending order and never reuses. A gap at
/// the end, left by a dropped last property, is not detected and does no harm.
struct ColumnIds {
    first: u64,
    seen: Vec<u64>,
    by_name: BTreeMap<NameKey, u64>,
}

impl ColumnIds {
    fn from(first: u64) -> Self {
        Self {
            first,
            seen: Vec::new(),
            by_name: BTreeMap::new(),
        }
    }

    fn record(&mut self, id: &Value, name: &NameKey) {
        if let Some(id) = id.int().and_then(|id| u64::try_from(id).ok()) {
            self.seen.push(id);
            self.by_name.insert(name.clone(), id);
        }
    }

    fn gap(&self) -> Option<Vec<u64>> {
        let full = self.first..;
        let gap = full.zip(&self.seen).any(|(n, seen)| n != *seen);
        gap.then(|| self.seen.clone())
    }
}

fn node(session: &dyn Session, table: &TableListing) -> Result<Details, EngineError> {
    let call = table_info(table);
    let mut properties = BTreeMap::new();
    let mut primary_key = None;
    let mut ids = ColumnIds::from(first_column_id(true));
    for row in session.query(&call)? {
        let [id, name, ty, default, key] = cells(row, &call)?;
        let (name, property) = property(&name, &ty, &default)?;
        ids.record(&id, &name);
        if bool(&key, &call)? {
            primary_key = Some(name.clone());
        }
        properties.insert(name, property);
    }
    let primary_key = primary_key.ok_or_else(|| unexpected_result(&call))?;
    Ok((TableKind::Node { primary_key }, properties, ids))
}

fn edge(session: &dyn Session, table: &TableListing) -> Result<Details, EngineError> {
    let call = table_info(table);
    let mut properties = BTreeMap::new();
    let mut storage = StorageDirection::Both;
    let mut ids = ColumnIds::from(first_column_id(false));
    for row in session.query(&call)? {
        let [id, name, ty, default, direction] = cells(row, &call)?;
        let (name, property) = property(&name, &ty, &default)?;
        ids.record(&id, &name);
        properties.insert(name, property);
        storage = match direction.text() {
            Some("fwd") => StorageDirection::Forward,
            Some("both") => StorageDirection::Both,
            other => {
                let reason = format!("the storage direction {other:?} is not supported");
                return Err(EngineError::new(EngineErrorKind::Other, reason, call));
            }
        };
    }
    let call = format!(
        "CALL show_connection({}) RETURN *",
        string_literal(&table.name)
    );
    let pairs = session
        .query(&call)?
        .into_iter()
        .map(pair)
        .collect::<Result<_, _>>()?;
    Ok((
        TableKind::Edge {
            pairs,
            multiplicity: None,
            storage,
        },
        properties,
        ids,
    ))
}

fn table_info(table: &TableListing) -> String {
    format!("CALL table_info({}) RETURN *", string_literal(&table.name))
}

fn pair(row: Row) -> Result<Pair, EngineError> {
    const CALL: &str = "CALL show_connection";
    let [from, to, _from_key, _to_key] = cells(row, CALL)?;
    Ok(Pair {
        from: NameKey::new(&text(&from, CALL)?),
        to: NameKey::new(&text(&to, CALL)?),
    })
}

fn property(name: &Value, ty: &Value, default: &Value) -> Result<(NameKey, Property), EngineError> {
    const CALL: &str = "CALL table_info";
    let name = text(name, CALL)?;
    let ty = read_type(text(ty, CALL)?);
    let default = Expr::parse_engine(&text(default, CALL)?, &ty);
    let key = NameKey::new(&name);
    Ok((
        key,
        Property {
            name,
            ty,
            nullable: true,
            default,
            comment: None,
        },
    ))
}

/// Parses a type of the engine; retains the text if the type would be rendered differently.
fn read_type(text: String) -> Type {
    match text.parse::<Type>() {
        Ok(ty) if ty.to_string() == text => ty,
        _ => Type::Unknown(text),
    }
}
