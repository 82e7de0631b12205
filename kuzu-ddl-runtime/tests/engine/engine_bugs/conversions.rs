//! Conversions that return wrong values.

use super::*;

/// `union_extract` would be the shorter conversion. It returns the value of another row where the
/// engine processes rows one by one.
#[test]
fn union_extract_returns_the_value_of_another_row() {
    let db = memory();
    let session = db.session().unwrap();
    run(
        &*session,
        &[
            "CREATE NODE TABLE A(id INT64 PRIMARY KEY, s STRING, n INT32)",
            "UNWIND range(1, 100) AS i CREATE (:A {id: i, s: CAST(i AS STRING)})",
            "MATCH (x:A) SET x.n = union_extract(CAST(x.s AS UNION(v INT32, s STRING)), 'v')",
        ],
    );
    let wrong = rows(&*session, "MATCH (x:A) WHERE x.n <> x.id RETURN count(*)");
    assert_ne!(wrong, "0");
}

/// A number just above the largest becomes the smallest, without an error.
#[test]
fn a_float_beyond_the_range_wraps() {
    let db = memory();
    let session = db.session().unwrap();
    assert_eq!(
        rows(&*session, "RETURN CAST(2147483647.6 AS INT32)"),
        "-2147483648"
    );
    assert!(session.query("RETURN CAST(2147483648.6 AS INT32)").is_err());
}
