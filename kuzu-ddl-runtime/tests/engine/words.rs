//! Which words of Cypher cannot name a member of a STRUCT or UNION.

use kuzu_ddl_runtime::schema::name::RESERVED_MEMBERS;

use super::memory;

/// The other words of the engine's `keywords.txt`.
const FREE: &str = "add alter as attach begin by call checkpoint comment commit contains copy count cycle database decimal delete detach drop explain export extension force from graph if import increment is key limit load logical match maxvalue merge minvalue no node project read rel rename return rollback sequence set skip start struct to transaction type uninstall update use user write yield";

#[test]
fn members_cannot_be_reserved_words() {
    let db = memory();
    let conn = kuzu::Connection::new(&db).unwrap();
    let mut wrong = Vec::new();
    let mut tables = 0;
    let mut works = |member: &str| {
        tables += 1;
        let table = format!(
            "CREATE NODE TABLE T{tables}(id INT64 PRIMARY KEY, s STRUCT({member} INT64), u UNION({member} INT64))"
        );
        conn.query(&table).is_ok()
            && conn.query(&format!("CREATE (:T{tables} {{id: 1, s: CAST({{{member}: 1}} AS STRUCT({member} INT64))}})")).is_ok()
            && conn.query(&format!("MATCH (t:T{tables}) RETURN t.s.{member}")).is_ok()
    };
    for word in RESERVED_MEMBERS {
        if works(word) {
            wrong.push(format!("{word} can be a member"));
        }
    }
    for word in FREE.split(' ') {
        if !works(word) {
            wrong.push(format!("{word} cannot be a member"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
