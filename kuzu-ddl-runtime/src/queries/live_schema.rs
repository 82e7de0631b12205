//! Reads the live schema of a database, completed from its ledger, for comparison with another.

use kuzu_ddl_core::fold::{Fold, Object, ObjectBody};
use kuzu_ddl_core::schema::{NameKey, Schema, Table, TableKind};

use crate::engine::Engine;
use crate::error::Error;
use crate::inspect::{InspectScope, inspect, multiplicities};
use crate::ledger;

/// Returns the live schema, with unmanaged tables, but without archived objects. Nullability,
/// comments of properties and multiplicities are not in the catalog, but in the ledger; the
/// multiplicity of an unmanaged rel table is `None` if it cannot be determined.
///
/// # Errors
/// [`Error::CorruptLedger`] if rows of the ledger cannot be read; otherwise fails where the engine
/// fails.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core::declared::Declared;
/// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
/// # use kuzu_ddl_runtime::migrate::Migrator;
/// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
/// # let db = Database::in_memory(config)?;
/// # let declared = Declared::default().with_sequence("order_no", 1, 1);
/// use kuzu_ddl_runtime::queries::live_schema;
/// Migrator::new(&db).declared(declared).migrate()?;
/// assert_eq!(live_schema(&db)?.sequences.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn live_schema(db: &dyn Engine) -> Result<Schema, Error> {
    let session = db.session()?;
    let contents = ledger::read(session.as_ref())?;
    if !contents.corrupt.is_empty() {
        return Err(Error::CorruptLedger(contents.corrupt));
    }
    let found = inspect(session.as_ref(), InspectScope::All)?;
    let multiplicities_by_table = multiplicities(session.as_ref(), &found)?.by_table;
    let fold = contents.fold();
    let mut schema = found.schema;
    for (key, table) in &mut schema.tables {
        if let TableKind::Edge { multiplicity, .. } = &mut table.kind {
            *multiplicity = multiplicities_by_table.get(key).copied();
        }
    }
    for object in fold.objects().filter(|object| object.kind().is_table()) {
        let key = NameKey::new(&fold.database_name(object));
        if !object.is_live() {
            schema.tables.remove(&key);
        } else if let Some(table) = schema.tables.get_mut(&key) {
            complete(table, object, &fold);
        }
    }
    Ok(schema)
}

fn complete(table: &mut Table, object: &Object, fold: &Fold) {
    let expected = fold.table(object);
    if let (
        Some(Table {
            kind: TableKind::Edge {
                multiplicity: m, ..
            },
            ..
        }),
        TableKind::Edge { multiplicity, .. },
    ) = (expected, &mut table.kind)
    {
        *multiplicity = multiplicity.or(m);
    }
    for child in fold.children(object.id) {
        let ObjectBody::Property(_) = child.body else {
            continue;
        };
        for archive in &child.archived_columns {
            table.properties.remove(&NameKey::new(&archive.name));
        }
        let key = NameKey::new(&fold.database_name(child));
        if !child.is_live() {
            table.properties.remove(&key);
            continue;
        }
        let (Some(is), Some(expected)) = (table.properties.get_mut(&key), fold.property(child))
        else {
            continue;
        };
        is.nullable = expected.nullable;
        is.comment.clone_from(&expected.comment);
        // The engine's text of a default is less precise than the event that set it.
        if is.default_cypher() == expected.default_cypher() {
            is.default = expected.default;
        }
    }
}
