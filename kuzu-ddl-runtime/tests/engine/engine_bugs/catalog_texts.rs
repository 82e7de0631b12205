//! What the catalog reports.

use super::*;

#[test]
fn b8_show_functions_crashes_with_a_macro() {
    crashes(test_name!(), |s| {
        run(s, &["CREATE MACRO doubled(x) AS x + x"]);
        run(s, &["CALL show_functions() RETURN *"]);
    });
}

#[test]
fn b11_the_catalog_drops_signs_and_parentheses() {
    let db = memory();
    let s = db.session().unwrap();
    run(
        &*s,
        &[
            "CREATE NODE TABLE D(id INT64 DEFAULT -5 PRIMARY KEY, b INT64 DEFAULT 2 * (3 + 4), \
           c INT64 DEFAULT CAST(-5 AS INT64))",
        ],
    );
    assert_eq!(
        rows(&*s, "CALL table_info('D') RETURN `default expression`"),
        "5; 2 * 3 + 4; CAST(-5 AS INT64)"
    );
}
