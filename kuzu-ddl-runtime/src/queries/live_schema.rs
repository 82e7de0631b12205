//! The schema of a database as it is, with what only its ledger knows: to be compared with that of
//! another.

use kuzu_ddl_core::fold::{Body, Fold, Object};
use kuzu_ddl_core::schema::{Key, Schema, Table, TableKind};

use crate::engine::Engine;
use crate::error::Error;
use crate::inspect::{Scope, inspect, multiplicities};
use crate::ledger;

/// What is in the database, foreign tables among it, archived things left out. Nullability, comments
/// of properties and multiplicities are not in the catalog: they are the ledger's, and of foreign
/// rel tables the multiplicity is `None` where it cannot be found out.
///
/// # Errors
/// [`Error::Ledger`] if rows of the ledger cannot be read; otherwise what the engine says.
pub fn live_schema(db: &dyn Engine) -> Result<Schema, Error> {
    let session = db.session()?;
    let contents = ledger::read(session.as_ref())?;
    if !contents.bad.is_empty() {
        return Err(Error::Ledger(contents.bad));
    }
    let found = inspect(session.as_ref(), Scope::All)?;
    let known = multiplicities(session.as_ref(), &found)?.known;
    let fold = contents.fold();
    let mut schema = found.schema;
    for (key, table) in &mut schema.tables {
        if let TableKind::Edge { multiplicity, .. } = &mut table.kind {
            *multiplicity = known.get(key).copied();
        }
    }
    for object in fold.objects().filter(|object| object.kind().is_table()) {
        let key = Key::new(&fold.physical(object));
        if !object.is_live() {
            schema.tables.remove(&key);
        } else if let Some(table) = schema.tables.get_mut(&key) {
            complete(table, object, &fold);
        }
    }
    Ok(schema)
}

fn complete(table: &mut Table, object: &Object, fold: &Fold) {
    let known = fold.table(object);
    if let (
        Some(Table {
            kind: TableKind::Edge {
                multiplicity: m, ..
            },
            ..
        }),
        TableKind::Edge { multiplicity, .. },
    ) = (known, &mut table.kind)
    {
        *multiplicity = multiplicity.or(m);
    }
    for child in fold.children(object.id) {
        let Body::Property(_) = child.body else {
            continue;
        };
        for archive in &child.archives {
            table.properties.remove(&Key::new(&archive.name));
        }
        let key = Key::new(&fold.physical(child));
        if !child.is_live() {
            table.properties.remove(&key);
            continue;
        }
        let (Some(is), Some(known)) = (table.properties.get_mut(&key), fold.property(child)) else {
            continue;
        };
        is.nullable = known.nullable;
        is.comment.clone_from(&known.comment);
        // The engine's text of a default says less than the event that set it.
        if is.default_text() == known.default_text() {
            is.default = known.default;
        }
    }
}
