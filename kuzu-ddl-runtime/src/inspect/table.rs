//! Properties, keys and pairs of tables.

use std::collections::BTreeMap;

use kuzu_ddl_core::catalog::{Inspection, Note};
use kuzu_ddl_core::schema::name::string_literal;
use kuzu_ddl_core::schema::{Expr, Key, Pair, Property, StorageDirection, Table, TableKind, Type};
use kuzu_ddl_core::value::{Cell, Row};

use super::row::{bool, cells, strange, text};
use super::tables::Listed;
use crate::engine::{EngineError, EngineErrorKind, Session};

/// Reads `tables` into the schema of `found`.
///
/// One short statement per table: a `UNION ALL` over many saves nothing where the engine runs in
/// this process, and naming the columns costs more than reading them. Through this crate, 500 node
/// tables: `RETURN *` one by one 1; the same joined by 20 takes 1.6, with named columns 1.8, joined
/// by 500 more than 4.
pub(super) fn read(
    session: &dyn Session,
    tables: Vec<Listed>,
    found: &mut Inspection,
) -> Result<(), EngineError> {
    for table in tables {
        let details = if table.node {
            node(session, &table)
        } else {
            edge(session, &table)
        };
        match details {
            Ok((kind, properties, numbers)) => {
                let key = Key::new(&table.name);
                if let Some(gap) = numbers.gap() {
                    found.gaps.insert(key.clone(), gap);
                }
                found.numbers.insert(key, numbers.of);
                add(&table, kind, properties, found);
            }
            Err(e) if concerns_one(&e) => found.notes.push(Note::new(&table.name, e.message)),
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// Whether an error may come of one foreign table's name. (In a transaction it has ended that, and
/// the next statement says so.)
fn concerns_one(e: &EngineError) -> bool {
    use EngineErrorKind as K;
    matches!(e.kind, K::Other | K::Syntax | K::Unsupported)
}

fn add(
    table: &Listed,
    kind: TableKind,
    properties: BTreeMap<Key, Property>,
    found: &mut Inspection,
) {
    let key = Key::new(&table.name);
    if !kind.is_node() && properties.is_empty() {
        found.storage_unseen.insert(key.clone());
    }
    found.ids.insert(key.clone(), table.id);
    let table = Table {
        name: table.name.clone(),
        kind,
        properties,
        indexes: BTreeMap::new(),
        comment: table.comment.clone(),
    };
    found.schema.tables.insert(key, table);
}

/// Kind, properties, and the engine's numbers of the properties.
type Details = (TableKind, BTreeMap<Key, Property>, Numbers);

/// What the first property of a new table has as its number. Of a rel table the first number is that
/// of the rel's own id, which is not listed.
pub(crate) fn first_number(node: bool) -> u64 {
    if node { 0 } else { 1 }
}

/// The engine's numbers of properties, which it gives in turn and never again. A last property that was
/// dropped is not missed, and does no harm.
struct Numbers {
    first: u64,
    seen: Vec<u64>,
    of: BTreeMap<Key, u64>,
}

impl Numbers {
    fn from(first: u64) -> Self {
        Self {
            first,
            seen: Vec::new(),
            of: BTreeMap::new(),
        }
    }

    fn see(&mut self, id: &Cell, name: &Key) {
        if let Some(id) = id.int().and_then(|id| u64::try_from(id).ok()) {
            self.seen.push(id);
            self.of.insert(name.clone(), id);
        }
    }

    fn gap(&self) -> Option<Vec<u64>> {
        let full = self.first..;
        let gap = full.zip(&self.seen).any(|(n, seen)| n != *seen);
        gap.then(|| self.seen.clone())
    }
}

fn node(session: &dyn Session, table: &Listed) -> Result<Details, EngineError> {
    let call = table_info(table);
    let mut properties = BTreeMap::new();
    let mut primary_key = None;
    let mut numbers = Numbers::from(first_number(true));
    for row in session.query(&call)? {
        let [id, name, ty, default, key] = cells(row, &call)?;
        let (name, property) = property(&name, &ty, &default)?;
        numbers.see(&id, &name);
        if bool(&key, &call)? {
            primary_key = Some(name.clone());
        }
        properties.insert(name, property);
    }
    let primary_key = primary_key.ok_or_else(|| strange(&call))?;
    Ok((TableKind::Node { primary_key }, properties, numbers))
}

fn edge(session: &dyn Session, table: &Listed) -> Result<Details, EngineError> {
    let call = table_info(table);
    let mut properties = BTreeMap::new();
    let mut storage = StorageDirection::Both;
    let mut numbers = Numbers::from(first_number(false));
    for row in session.query(&call)? {
        let [id, name, ty, default, direction] = cells(row, &call)?;
        let (name, property) = property(&name, &ty, &default)?;
        numbers.see(&id, &name);
        properties.insert(name, property);
        storage = match direction.text() {
            Some("fwd") => StorageDirection::Fwd,
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
        numbers,
    ))
}

fn table_info(table: &Listed) -> String {
    format!("CALL table_info({}) RETURN *", string_literal(&table.name))
}

fn pair(row: Row) -> Result<Pair, EngineError> {
    const CALL: &str = "CALL show_connection";
    let [from, to, _from_key, _to_key] = cells(row, CALL)?;
    Ok(Pair {
        from: Key::new(&text(&from, CALL)?),
        to: Key::new(&text(&to, CALL)?),
    })
}

fn property(name: &Cell, ty: &Cell, default: &Cell) -> Result<(Key, Property), EngineError> {
    const CALL: &str = "CALL table_info";
    let name = text(name, CALL)?;
    let ty = read_type(text(ty, CALL)?);
    let default = Expr::from_engine(&text(default, CALL)?, &ty);
    let key = Key::new(&name);
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

/// A type of the engine's, or its text where we would not write it back the same.
fn read_type(text: String) -> Type {
    match text.parse::<Type>() {
        Ok(ty) if ty.to_string() == text => ty,
        _ => Type::Unknown(text),
    }
}
