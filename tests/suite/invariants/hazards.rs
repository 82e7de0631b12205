//! Rule 7: every hazard is named, counted, and blocked unless it is allowed.

use crate::fixture::Bed;
use kuzu_ddl::{Error, HazardKind, schema};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuNode)]
    pub(super) struct B {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = B, pair(from = B, to = A))]
    pub(super) struct R {
        w: Option<i64>,
    }
}

mod v2 {
    use super::v1::{A, B};
    use kuzu_ddl::KuzuEdge;

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = B, dropped_pair(from = B, to = A))]
    pub(super) struct R {
        w: Option<i64>,
    }
}

mod tight {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        must: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = super::v1::B, pair(from = super::v1::B, to = A))]
    pub(super) struct R {
        w: Option<i64>,
        must: i64,
    }
}

fn made(rows: &[&str]) -> Bed {
    let bed = Bed::with(schema![v1::A, v1::B, v1::R]);
    bed.run(&["CREATE (:A {id: 1}), (:B {id: 2})"]);
    bed.run(rows);
    bed
}

const FORTH: &str = "MATCH (a:A), (b:B) CREATE (a)-[:R {w: 12}]->(b)";
const BACK: &str = "MATCH (a:A), (b:B) CREATE (b)-[:R {w: 21}]->(a)";

#[test]
fn a_pair_with_rels() {
    let mut bed = made(&[FORTH, BACK, BACK]);
    let said = || schema![v1::A, v1::B, v2::R];
    let e = bed.refused(said());
    let Error::Blocked { hazards, plan } = &e else {
        panic!("{e}")
    };
    assert_eq!(
        hazards.iter().map(|h| h.rows).collect::<Vec<_>>(),
        [Some(2), Some(2)]
    );
    assert_eq!(plan.steps.len(), 1);
    let text = e.to_string();
    let words = [
        ".allow(HazardKind::DeletesData, \"R(B -> A)\")",
        ".allow(HazardKind::Irreversible, \"R(B -> A)\")",
    ];
    for words in words {
        assert!(text.contains(words), "{text}");
    }
    // One of two is not enough, and neither is another object.
    let one = bed
        .migrator(said())
        .allow(HazardKind::DeletesData, "R(B -> A)");
    assert!(matches!(bed.fails(one), Error::Blocked { hazards, .. } if hazards.len() == 1));
    let other = bed
        .migrator(said())
        .allow(HazardKind::DeletesData, "R(A -> B)")
        .allow(HazardKind::Irreversible, "R(A -> B)");
    assert!(matches!(bed.fails(other), Error::Blocked { hazards, .. } if hazards.len() == 2));
    assert_eq!(bed.rows("MATCH ()-[r:R]->() RETURN count(*)"), "3");

    // The words of the error, pasted.
    let migrator = bed
        .migrator(said())
        .allow(HazardKind::DeletesData, "R(B -> A)")
        .allow(HazardKind::Irreversible, "R(B -> A)");
    migrator.migrate().unwrap();
    bed.settled(said());
    bed.reopen();
    assert_eq!(
        bed.rows("MATCH (x)-[r:R]->(y) RETURN x.id, r.w, y.id"),
        "1|12|2"
    );
}

#[test]
fn a_pair_without_rels() {
    let bed = made(&[FORTH]);
    let report = bed.up(schema![v1::A, v1::B, v2::R]);
    assert_eq!(report.steps.len(), 1, "{report}");
    assert_eq!(
        bed.rows("MATCH (x)-[r:R]->(y) RETURN x.id, r.w, y.id"),
        "1|12|2"
    );
}

#[test]
fn a_new_required_property() {
    let bed = made(&[FORTH]);
    let said = || schema![tight::A, v1::B, tight::R];
    let e = bed.refused(said());
    let Error::Blocked { hazards, .. } = &e else {
        panic!("{e}")
    };
    let told: Vec<_> = hazards
        .iter()
        .map(|h| (h.kind, h.object.as_str(), h.rows))
        .collect();
    assert_eq!(
        told,
        [
            (HazardKind::Tightens, "A.must", Some(1)),
            (HazardKind::Tightens, "R.must", Some(1)),
        ]
    );
    assert!(
        e.to_string()
            .contains(".allow(HazardKind::Tightens, \"A.must\")"),
        "{e}"
    );
    let migrator = bed
        .migrator(said())
        .allow(HazardKind::Tightens, "A.must")
        .allow(HazardKind::Tightens, "R.must");
    migrator.migrate().unwrap();
    bed.settled(said());
}

#[test]
fn a_new_required_property_of_an_empty_table() {
    let bed = Bed::with(schema![v1::A, v1::B, v1::R]);
    assert_eq!(bed.up(schema![tight::A, v1::B, tight::R]).steps.len(), 2);
}

#[test]
fn a_plan_tells_what_it_would_be_blocked_for() {
    let bed = made(&[BACK]);
    let plan = bed.migrator(schema![v1::A, v1::B, v2::R]).plan().unwrap();
    let text = plan.to_string();
    assert!(text.contains("! deletes data: R(B -> A), 1 rel"), "{text}");
    let e = bed
        .migrator(schema![v1::A, v1::B, v2::R])
        .apply(&plan)
        .unwrap_err();
    assert!(matches!(e, Error::Blocked { .. }), "{e}");
}

#[test]
fn rows_are_counted_in_the_table_as_it_is_called_before() {
    mod renamed {
        use kuzu_ddl::{KuzuEdge, KuzuNode};

        #[derive(KuzuNode)]
        #[kuzu(renamed_from = "A")]
        pub(super) struct Alpha {
            #[kuzu(primary_key)]
            id: i64,
            must: i64,
        }

        #[derive(KuzuEdge)]
        #[kuzu(renamed_from = "R", from = Alpha, to = super::v1::B, dropped_pair(from = super::v1::B, to = Alpha))]
        pub(super) struct Rel {
            w: Option<i64>,
        }
    }
    let bed = made(&[FORTH, BACK]);
    let e = bed.refused(schema![renamed::Alpha, v1::B, renamed::Rel]);
    let Error::Blocked { hazards, .. } = &e else {
        panic!("{e}")
    };
    assert_eq!(
        hazards.iter().map(|h| h.rows).collect::<Vec<_>>(),
        [Some(1); 3],
        "{e}"
    );
}
