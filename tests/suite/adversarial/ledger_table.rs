//! A table of the ledger's name that is no ledger.

use super::{node, said};
use crate::fixture::Bed;
use kuzu_ddl::Error;

#[test]
fn tables_of_another_shape() {
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
            let mut bed = Bed::by_hand(&["CREATE NODE TABLE X(id INT64 PRIMARY KEY)", shape]);
            if row {
                let state = shape.contains("STRING PRIMARY KEY");
                let key = if state { "{key: 'state'}" } else { "{}" };
                // Where the key cannot be so, there is no row.
                let _ = bed
                    .session()
                    .query(&format!("CREATE (:_kuzu_ddl_ledger {key})"));
            }
            let e = bed.migrate(said([node("A", vec![])])).unwrap_err();
            assert!(matches!(e, Error::Ledger(_)), "{shape}: {e}");
            bed.reopen();
            assert_eq!(bed.rows("CALL show_tables() RETURN count(*)"), "2");
        }
    }
}

#[test]
fn an_empty_ledger() {
    let bed =
        Bed::by_hand(&["CREATE NODE TABLE _kuzu_ddl_ledger(key STRING PRIMARY KEY, body BLOB)"]);
    let e = bed.migrate(said([node("A", vec![])])).unwrap_err();
    assert!(matches!(e, Error::Ledger(_)), "{e}");
}

#[test]
fn a_ledger_with_more_columns_is_one() {
    let bed = Bed::with(said([node("A", vec![])]));
    bed.run(&["ALTER TABLE _kuzu_ddl_ledger ADD note STRING DEFAULT 'x'"]);
    bed.up(said([node("A", vec![]), node("B", vec![])]));
}
