//! Values that can be read until a checkpoint, and are lost then.

use super::*;

/// What a SET writes into the elements of a list that are nested is empty after the checkpoint. A
/// new row keeps its values.
#[test]
fn set_loses_nested_elements_at_a_checkpoint_b42() {
    for (ty, value) in [
        ("MAP(STRING, INT64)", "map(['a'], [1])"),
        ("STRUCT(n INT64)[]", "[{n: 1}]"),
        ("INT64[][]", "[[1]]"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let db = engine::open(dir.path().join("db"), config()).unwrap();
        let session = db.session().unwrap();
        run(
            &*session,
            &[
                &format!("CREATE NODE TABLE A(id INT64 PRIMARY KEY, v {ty})"),
                &format!("CREATE NODE TABLE B(id INT64 PRIMARY KEY, v {ty})"),
                "CREATE (:A {id: 1})",
                "CHECKPOINT",
                &format!("MATCH (x:A) SET x.v = CAST({value} AS {ty})"),
                "MATCH (x:A) CREATE (:B {id: x.id, v: x.v})",
            ],
        );
        let read = |table: &str| {
            rows(
                &*session,
                &format!("MATCH (x:{table}) RETURN CAST(x.v AS STRING)"),
            )
        };
        let before = read("A");
        assert_eq!(read("B"), before);
        run(&*session, &["CHECKPOINT"]);
        assert_ne!(read("A"), before, "{ty}");
        assert_eq!(read("B"), before, "{ty}");
    }
}

/// Where the first value of a column is NaN, all of them are after the checkpoint.
#[test]
fn a_leading_nan_replaces_the_values_after_it_b43() {
    let dir = tempfile::tempdir().unwrap();
    let db = engine::open(dir.path().join("db"), config()).unwrap();
    let session = db.session().unwrap();
    run(
        &*session,
        &[
            "CREATE NODE TABLE A(id INT64 PRIMARY KEY, v DOUBLE)",
            "CREATE (:A {id: 1, v: CAST('NaN' AS DOUBLE)})",
            "CREATE (:A {id: 2, v: 1.5})",
            "CREATE (:A {id: 3})",
        ],
    );
    let read = || rows(&*session, "MATCH (x:A {id: 2}) RETURN x.v = 1.5");
    assert_eq!(read(), "true");
    run(&*session, &["CHECKPOINT"]);
    assert_eq!(read(), "false");
}
