//! Checksums of columns, independent of their present names.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use kuzu_ddl::kuzu::Database;
use kuzu_ddl::peers::ObjectId;
use kuzu_ddl_core::fold::{Fold, Object, ObjectBody};
use kuzu_ddl_core::schema::Type;
use kuzu_ddl_runtime::engine::{Engine, Session};
use kuzu_ddl_runtime::ledger;

use crate::Outcome;

/// The contents of a table. Tables and columns are identified by the ids of the ledger, which are the
/// same before and after a rename or an archival.
pub(crate) struct Contents {
    /// The present name.
    pub(crate) name: String,
    pub(crate) rows: usize,
    /// The checksum of the row ids by the table's id, and of each column by its id.
    columns: BTreeMap<ObjectId, u64>,
}

impl Contents {
    /// The checksum of the columns that `other` has.
    pub(crate) fn sum_of(&self, other: &Self) -> u64 {
        let columns = self
            .columns
            .iter()
            .filter(|(id, _)| other.columns.contains_key(id));
        columns.fold(0, |sum, column| sum ^ hash(&column))
    }
}

/// The contents of all tables, including archived ones.
pub(crate) fn contents(db: &Database) -> Outcome<BTreeMap<ObjectId, Contents>> {
    let session = db.session()?;
    let fold = Fold::from_events(ledger::read(session.as_ref())?.events.values());
    let mut tables = BTreeMap::new();
    for table in fold.objects().filter(|object| object.kind().is_table()) {
        tables.insert(table.id, read(session.as_ref(), &fold, table)?);
    }
    Ok(tables)
}

fn read(session: &dyn Session, fold: &Fold, table: &Object) -> Outcome<Contents> {
    let name = fold.database_name(table);
    let is_property = |child: &&Object| matches!(child.body, ObjectBody::Property(_));
    let properties: Vec<&Object> = fold.children(table.id).filter(is_property).collect();
    // As text, so that a value has the same checksum in a wider type.
    let column = |(n, child): (usize, &&Object)| {
        let column = format!("x.`{}`", fold.database_name(child));
        format!(", {} AS c{n}", text(child, &column))
    };
    let columns: String = properties.iter().enumerate().map(column).collect();
    // All tables of this schema identify their rows by `id`.
    let query = match table.body {
        ObjectBody::NodeTable { .. } => {
            format!("MATCH (x:`{name}`) RETURN CAST(x.id AS STRING) AS a, '' AS b{columns}")
        }
        _ => format!(
            "MATCH (a)-[x:`{name}`]->(b) RETURN CAST(a.id AS STRING) AS a, CAST(b.id AS STRING) AS b{columns}"
        ),
    };
    let rows = session.query(&query)?;
    let mut sums = vec![0_u64; properties.len() + 1];
    for row in &rows {
        let (ids, values) = row.split_at(2);
        let ids = hash(&(ids[0].text(), ids[1].text()));
        sums[0] = sums[0].wrapping_add(ids);
        for (sum, value) in sums[1..].iter_mut().zip(values) {
            // Addition, because rows have no order.
            *sum = sum.wrapping_add(hash(&(ids, value.text())));
        }
    }
    let ids = std::iter::once(table.id).chain(properties.iter().map(|child| child.id));
    Ok(Contents {
        name,
        rows: rows.len(),
        columns: ids.zip(sums).collect(),
    })
}

/// A date is formatted as in the files, so that its checksum verifies the cast.
fn text(property: &Object, column: &str) -> String {
    match &property.body {
        ObjectBody::Property(body) if body.ty == Type::Date => {
            let part = |part| format!("date_part('{part}', {column})");
            let (year, month, day) = (part("year"), part("month"), part("day"));
            format!("CAST(10000 * {year} + 100 * {month} + {day} AS STRING)")
        }
        _ => format!("CAST({column} AS STRING)"),
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
