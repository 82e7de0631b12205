//! The database file that every measurement starts from.

use std::path::Path;

use kuzu_ddl::Migrator;
use kuzu_ddl::kuzu::{Connection, Database};

use super::{Outcome, case, config};

/// Builds a closed file with `rows` nodes and as many rels. A tenth of the rels starts at one hub,
/// a tenth ends at another.
pub(crate) fn build(path: &Path, rows: u64) -> Outcome<()> {
    let db = Database::new(path, config())?;
    Migrator::new(&db).declared_(case::initial()).migrate()?;
    let connection = Connection::new(&db)?;
    let hub = rows / 10;
    let people = format!(
        "COPY Person FROM (UNWIND range(1, {rows}) AS i RETURN i AS a, \
         CAST(i + {rows} AS STRING) AS b, \
         concat('person number ', CAST(i + 0 AS STRING)) AS c, CAST(i % 1000 AS INT32) AS d)"
    );
    connection.query(&people)?;
    let rels = format!(
        "COPY Knows FROM (UNWIND range(1, {rows}) AS i RETURN \
         CASE WHEN i <= {hub} THEN 1 ELSE i END AS a, \
         CASE WHEN i > {hub} AND i <= 2 * {hub} THEN 2 ELSE (i * 7919) % {rows} + 1 END AS b, \
         CAST(i % 1000 AS INT32) AS c, concat('met in ', CAST(i % 100 AS STRING)) AS d)"
    );
    connection.query(&rels)?;
    Ok(())
}

/// Returns counts, and sums over values and endpoints. Every case must preserve them, whatever
/// types and keys it declares.
pub(crate) fn sums(db: &Database) -> Outcome<Vec<String>> {
    let connection = Connection::new(db)?;
    let queries = [
        "MATCH (p:Person) RETURN count(*), sum(p.id), sum(CAST(p.code AS INT64)), \
         sum(size(p.name)), sum(p.age)",
        "MATCH (a:Person)-[k:Knows]->(b:Person) RETURN count(*), sum(a.id), sum(b.id), \
         sum(k.weight), sum(size(k.place))",
        "MATCH (:Person {id: 1})-[k:Knows]->(b:Person) RETURN count(*), sum(b.id)",
        "MATCH (a:Person)-[k:Knows]->(:Person {id: 2}) RETURN count(*), sum(a.id)",
    ];
    let mut out = Vec::new();
    for query in queries {
        for row in connection.query(query)? {
            out.push(
                row.iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join("|"),
            );
        }
    }
    Ok(out)
}
