//! A table with the ledger's name that is not a ledger.

use kuzu_ddl::Error;

use super::{declared, node};
use crate::fixture::TestDatabase;

#[test]
fn ledger_table_of_another_shape_is_refused() {
    for shape in [
        "CREATE NODE TABLE _kuzu_ddl_ledger(key STRING PRIMARY KEY)",
        "CREATE NODE TABLE _kuzu_ddl_ledger(body BLOB, key INT64 PRIMARY KEY)",
        "CREATE NODE TABLE _kuzu_ddl_ledger(id INT64 PRIMARY KEY)",
        "CREATE NODE TABLE _KUZU_DDL_LEDGER(`key` STRING PRIMARY KEY, body STRING)",
        "CREATE NODE TABLE _kuzu_ddl_ledger(key STRING PRIMARY KEY, body INT64[])",
        "CREATE REL TABLE _kuzu_ddl_ledger(FROM X TO X, key STRING, body BLOB)",
        "CREATE REL TABLE _kuzu_ddl_ledger(FROM X TO X)",
    ] {
        for row in [false, true] {
            let mut db =
                TestDatabase::from_cypher(&["CREATE NODE TABLE X(id INT64 PRIMARY KEY)", shape]);
            if row {
                let state = shape.contains("STRING PRIMARY KEY");
                let key = if state { "{key: 'state'}" } else { "{}" };
                // Where the key has another type, no row is created.
                let _ = db
                    .session()
                    .query(&format!("CREATE (:_kuzu_ddl_ledger {key})"));
            }
            let e = db.migrate(declared([node("A", vec![])])).unwrap_err();
            assert!(matches!(e, Error::CorruptLedger(_)), "{shape}: {e}");
            db.reopen();
            assert_eq!(db.rows("CALL show_tables() RETURN count(*)"), "2");
        }
    }
}

#[test]
fn ledger_without_rows_is_refused() {
    let db = TestDatabase::from_cypher(&[
        "CREATE NODE TABLE _kuzu_ddl_ledger(key STRING PRIMARY KEY, body BLOB)",
    ]);
    let e = db.migrate(declared([node("A", vec![])])).unwrap_err();
    assert!(matches!(e, Error::CorruptLedger(_)), "{e}");
}

#[test]
fn ledger_with_additional_columns_is_accepted() {
    let db = TestDatabase::migrated(declared([node("A", vec![])]));
    db.execute(&["ALTER TABLE _kuzu_ddl_ledger ADD note STRING DEFAULT 'x'"]);
    db.migrate_cleanly(declared([node("A", vec![]), node("B", vec![])]));
}
