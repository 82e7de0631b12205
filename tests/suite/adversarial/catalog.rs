//! Catalogs that others filled, and pools that are too small.

use super::{edge, illegal_names, node, odd_names, property, said};
use crate::fixture::{self, Bed};
use kuzu_ddl::schema::Type;
use kuzu_ddl::{DriftPolicy, Error};

#[test]
fn foreign_tables_of_all_names() {
    let mut bed = Bed::new();
    let mut made = 0;
    for (i, name) in illegal_names().into_iter().chain(odd_names()).enumerate() {
        if i > 24 {
            break;
        }
        let quoted = name.replace('`', "``");
        let session = bed.session();
        let ddl = format!("CREATE NODE TABLE `{quoted}`(id INT64 PRIMARY KEY, `p{quoted}` STRING)");
        // What the engine itself refuses is no matter here; the ledger's name is another test's.
        if !name.to_ascii_lowercase().starts_with("_kuzu") && session.query(&ddl).is_ok() {
            made += 1;
        }
    }
    assert!(made > 15, "{made}");
    let said = || {
        said([
            node("A", vec![property("s", Type::String, None)]),
            edge("R", "A", "A", vec![]),
        ])
    };
    let before = bed.rows("CALL show_tables() RETURN count(*)");
    let report = bed.up(said());
    assert_eq!(report.steps.len(), 2);
    assert!(report.notes.len() >= made - 2, "{}", report.notes.len());
    bed.reopen();
    bed.settled(said());
    let after = bed.rows("CALL show_tables() RETURN count(*)");
    assert_eq!(
        after.parse::<u32>().unwrap(),
        before.parse::<u32>().unwrap() + 3
    );
}

#[test]
fn names_by_hand_in_a_table_of_ours() {
    let bed = Bed::with(said([node("A", vec![])]));
    bed.run(&[
        "ALTER TABLE A ADD `odd``name` STRING",
        "ALTER TABLE A ADD `a.b` STRING",
        "ALTER TABLE A ADD _label STRING",
    ]);
    let said = || said([node("A", vec![])]);
    assert!(matches!(bed.refused(said()), Error::Drift(rows) if rows.len() == 3));
    assert!(
        bed.migrator(said())
            .drift(DriftPolicy::Warn)
            .migrate()
            .unwrap()
            .is_up_to_date()
    );
    let e = bed.fails(bed.migrator(said()).drift(DriftPolicy::Adopt));
    assert!(matches!(e, Error::Drift(_)), "{e}");
}

#[test]
fn what_is_too_large_to_be_adopted() {
    let long = "x".repeat(100_000);
    let bed = Bed::by_hand(&[
        &format!(
            "CREATE NODE TABLE A(id INT64 PRIMARY KEY, s STRING DEFAULT CAST('{long}' AS STRING))"
        ),
        "CREATE (:A {id: 1})",
    ]);
    let said = || said([node("A", vec![property("s", Type::String, None)])]);
    bed.up(said());
    assert_eq!(bed.rows("MATCH (a:A) RETURN size(a.s)"), "100000");
    // A comment has no other place than an event.
    let bed = Bed::by_hand(&[
        "CREATE NODE TABLE A(id INT64 PRIMARY KEY, s STRING)",
        &format!("COMMENT ON TABLE A IS '{long}'"),
    ]);
    let e = bed.refused(said());
    assert!(matches!(e, Error::Refused(_)), "{e}");
    assert!(e.to_string().contains("A: cannot be recorded"), "{e}");
    let bed = Bed::with(said());
    bed.run(&[&format!("COMMENT ON TABLE A IS '{long}'")]);
    let e = bed.fails(bed.migrator(said()).drift(DriftPolicy::Adopt));
    assert!(
        matches!(e, Error::Refused(_)) && e.to_string().len() < 2_000,
        "{e}"
    );
    let e = bed.refused(said());
    assert!(
        matches!(e, Error::Drift(_)) && e.to_string().len() < 2_000,
        "{}",
        e.to_string().len()
    );
}

fn many(n: usize) -> crate::fixture::Said {
    said((0..n).map(|i| node(&format!("T{i}"), vec![])))
}

#[test]
fn more_tables_than_the_pool_holds() {
    let mut bed = Bed::with(many(2));
    bed.run(&["CREATE (:T1 {id: 1})"]);
    let e = bed.refused(many(80));
    let Error::BufferPool {
        tables,
        needed,
        limit,
    } = &e
    else {
        panic!("{e}")
    };
    assert_eq!((*tables, *limit), (81, 64 << 20));
    assert!(needed > limit);
    bed.reopen();
    bed.settled(many(2));
    assert_eq!(bed.rows("MATCH (t:T1) RETURN t.id"), "1");
    // With the larger pool that the error asks for it works.
    bed.open(fixture::config().buffer_pool_size(*needed));
    bed.up(many(80));
    bed.open(fixture::config().buffer_pool_size(*needed));
    bed.settled(many(80));
}

#[test]
fn the_ledger_itself_needs_room() {
    let ddl: Vec<String> = (0..60)
        .map(|i| format!("CREATE NODE TABLE T{i}(id INT64 PRIMARY KEY)"))
        .collect();
    let mut bed = Bed::by_hand(&ddl.iter().map(String::as_str).collect::<Vec<_>>());
    let e = bed.refused(many(60));
    assert!(matches!(e, Error::BufferPool { tables: 61, .. }), "{e}");
    bed.reopen();
    assert_eq!(bed.rows("CALL show_tables() RETURN count(*)"), "60");
}
