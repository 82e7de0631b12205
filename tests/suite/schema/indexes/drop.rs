//! Indexes that are dropped, archived with their table, or drifted.

use crate::fixture::Bed;
use crate::fixture::documents::{ROWS, both, docs, found, listed, steps, text, vector, with};
use kuzu_ddl::{DriftPolicy, Error, HazardKind, schema};

/// No longer declared in a struct that is: it goes. A struct that is not declared keeps its own.
#[test]
fn an_index_is_dropped_with_its_declaration() {
    let mut bed = Bed::with(both());
    bed.run(ROWS);
    bed.up(schema![]);
    assert_eq!(found(&bed, "Doc"), "20 dogs, nearest 7");
    bed.up(with(docs(), "Doc", &[text(&[])]));
    assert_eq!(listed(&bed), "Doc|words");
    bed.up(docs());
    assert_eq!(listed(&bed), "");
    bed.run(&[
        "CREATE (:Doc {id: 21, title: 'dog', v: [7.2, 0.0, 0.0]})",
        "CHECKPOINT",
    ]);
    bed.reopen();
    bed.run(&["MATCH (d:Doc {id: 3}) SET d.v = [0.0, 0.0, 1.0], d.title = 'x'"]);
    // Old and new binaries in turn: the one that declares it does not bring it back.
    let report = bed.migrate(both()).unwrap();
    assert!(report.is_up_to_date(), "{report}");
    bed.settled(docs());
}

mod v4 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(dropped("title"))]
    pub(super) struct Doc {
        #[kuzu(primary_key)]
        id: i64,
        v: [f32; 3],
        n: Option<i32>,
    }
}

/// An archived table keeps its indexes, an archived property too; both come back whole.
#[test]
fn archived_and_restored() {
    let mut bed = Bed::with(both());
    bed.run(ROWS);
    bed.up(schema![; dropped "Doc", "Cites"]);
    bed.reopen();
    let report = bed
        .migrator(both())
        .restore("Doc")
        .restore("Cites")
        .migrate()
        .unwrap();
    assert_eq!(report.owed, []);
    bed.settled(both());
    assert_eq!(found(&bed, "Doc"), "20 dogs, nearest 7");

    let gone = with(schema![v4::Doc], "Doc", &[vector(&[("metric", "l2")])]);
    let report = bed.up(gone.clone());
    assert!(!steps(&report).join("\n").contains("copy"), "{report}");
    bed.run(&["CREATE (:Doc {id: 21, v: [7.2, 0.0, 0.0]})"]);
    bed.reopen();
    bed.settled(gone);
    let report = bed.migrator(both()).restore("Doc.title").migrate().unwrap();
    assert_eq!(report.owed, []);
    bed.settled(both());
    assert_eq!(found(&bed, "Doc"), "20 dogs, nearest 21");
}

#[test]
fn made_or_dropped_by_hand_is_drift() {
    let bed = Bed::with(docs());
    bed.run(&["CALL CREATE_FTS_INDEX('Doc', 'words', ['title'])"]);
    match bed.refused(docs()) {
        Error::Drift(rows) => assert_eq!(rows[0].object, "Doc[words]"),
        other => panic!("{other}"),
    }
    // Declared by now, it is taken in.
    bed.up(with(docs(), "Doc", &[text(&[])]));

    let bed = Bed::with(docs());
    bed.run(&["CALL CREATE_FTS_INDEX('Doc', 'words', ['title'])"]);
    bed.migrator(docs())
        .drift(DriftPolicy::Adopt)
        .migrate()
        .unwrap();
    bed.settled(docs());
    bed.run(&["CALL DROP_FTS_INDEX('Doc', 'words')", "CHECKPOINT"]);
    assert!(matches!(bed.refused(docs()), Error::Drift(_)));
    bed.migrator(docs())
        .drift(DriftPolicy::Recreate)
        .migrate()
        .unwrap();
    assert_eq!(listed(&bed), "Doc|words");
}

/// The rows a rebuild touches are told, and the source's word is leave enough.
#[test]
fn dropping_tells_its_price() {
    let bed = Bed::with(both());
    bed.run(ROWS);
    let plan = bed.migrator(docs()).plan().unwrap();
    let hazards: Vec<_> = plan.steps.iter().flat_map(|s| &s.hazards).collect();
    assert!(
        hazards.iter().all(|h| h.kind == HazardKind::RewritesData),
        "{plan}"
    );
    assert!(
        hazards
            .iter()
            .any(|h| h.object == "Doc" && h.rows == Some(20)),
        "{plan}"
    );
}
