//! Rels: multiplicities, many rels of few nodes; and tables that are rebuilt.

use super::{Sound, v1};
use crate::fixture::{Bed, Said};
use kuzu_ddl::{Error, schema};

mod loose {
    use kuzu_ddl::KuzuEdge;

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = super::v1::A, to = super::v1::A)]
    pub(super) struct R {
        w: Option<i64>,
    }
}

mod tight {
    use kuzu_ddl::KuzuEdge;

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = super::v1::A, to = super::v1::A, multiplicity = "many_one")]
    pub(super) struct R {
        w: Option<i64>,
    }
}

fn tight() -> Said {
    schema![v1::A, tight::R]
}

/// The rows are asked before anything is touched; and the rels would go into a new table, where a
/// violation fails and is rolled back whole.
#[test]
fn b12_rels_that_violate_a_multiplicity() {
    let bed = Bed::with(schema![v1::A, loose::R]);
    bed.run(&[
        "UNWIND range(1, 3) AS i CREATE (:A {id: i})",
        "CHECKPOINT",
        // These are in the log only.
        "MATCH (a:A {id: 1}), (b:A) WHERE b.id > 1 CREATE (a)-[:R {w: b.id}]->(b)",
    ]);
    let e = bed.refused(tight());
    assert!(matches!(e, Error::Rows(_)), "{e}");
    assert!(e.to_string().contains("node 1 (2 rels)"), "{e}");
    bed.run(&["CHECKPOINT", "MATCH ()-[r:R {w: 3}]->() DELETE r"]);
    bed.up(tight());
    bed.session()
        .query("MATCH (a:A {id: 1}), (b:A {id: 3}) CREATE (a)-[:R]->(b)")
        .unwrap_err();
    let sound = Sound {
        said: tight,
        query: "MATCH (a:A)-[r:R]->(b:A) RETURN a.id, r.w, b.id ORDER BY a.id",
        after: "1|2|2",
        more: &["MATCH (a:A {id: 3}), (b:A {id: 1}) CREATE (a)-[:R {w: 31}]->(b)"],
        finally: "1|2|2; 3|31|1",
    };
    sound.check(&bed);
}

mod cast {
    use kuzu_ddl::KuzuEdge;

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = super::v1::A, to = super::v1::A)]
    pub(super) struct R {
        #[kuzu(cast = "CAST(old + 1 AS INT16)")]
        w: Option<i16>,
    }
}

fn cast() -> Said {
    schema![v1::A, cast::R]
}

/// A value that is written twice, to the new column and to the archive, arrives in both.
#[test]
fn b18_a_column_that_is_read_twice() {
    let bed = Bed::with(schema![v1::A, loose::R]);
    bed.run(&[
        "UNWIND range(1, 3) AS i CREATE (:A {id: i})",
        "MATCH (a:A), (b:A) WHERE b.id = a.id + 1 CREATE (a)-[:R {w: a.id}]->(b)",
    ]);
    bed.up(cast());
    let columns = bed.rows("CALL table_info('R') RETURN name ORDER BY name");
    let archive = columns.split("; ").find(|name| name.starts_with("w__a_"));
    let archive = archive.unwrap_or_else(|| panic!("{columns}"));
    let both = format!("MATCH (a:A)-[r:R]->() RETURN r.w, r.`{archive}` ORDER BY a.id");
    assert_eq!(bed.rows(&both), "2|1; 3|2");
    let sound = Sound {
        said: cast,
        query: "MATCH (a:A)-[r:R]->(b:A) RETURN a.id, r.w, b.id ORDER BY a.id",
        after: "1|2|2; 2|3|3",
        more: &["MATCH (a:A {id: 3}), (b:A {id: 1}) CREATE (a)-[:R {w: 9}]->(b)"],
        finally: "1|2|2; 2|3|3; 3|9|1",
    };
    sound.check(&bed);
}

/// Rels that share few nodes are slow to SET, so they are created anew.
#[test]
fn b20_many_rels_of_few_nodes() {
    let bed = Bed::with(schema![v1::A, loose::R]);
    bed.run(&[
        "UNWIND range(1, 10) AS i CREATE (:A {id: i})",
        "MATCH (a:A) UNWIND range(1, 4000) AS i CREATE (a)-[:R {w: i}]->(a)",
        "CHECKPOINT",
    ]);
    let report = bed.up(cast());
    for cypher in report.steps.iter().flat_map(|step| &step.cypher) {
        assert!(!cypher.contains(" SET "), "{cypher}");
    }
    let sum = "MATCH (a:A)-[r:R]->(:A) RETURN count(*), sum(r.w)";
    assert_eq!(
        bed.rows(sum),
        format!("40000|{}", 10 * (2..=4001).sum::<i64>())
    );
}

/// The versions of `D`: plain, with an index, and with an index but without `s`.
macro_rules! version {
    ($name:ident, [$($word:meta),*], [$($s:tt)*], [$($index:meta)?]) => {
        mod $name {
            use kuzu_ddl::KuzuNode;

            #[derive(KuzuNode)]
            #[kuzu(unregistered)]
            $(#[$word])*
            pub(super) struct D {
                #[kuzu(primary_key)]
                id: i64,
                $($s)*
                x: Option<i64>,
                $(#[$index])?
                v: Option<[f32; 2]>,
            }
        }
    };
}

version!(plain, [], [s: Option<String>,], []);
version!(
    indexed,
    [],
    [s: Option<String>,],
    [kuzu(vector_index(name = "near", metric = "l2"))]
);
version!(
    slimmer,
    [kuzu(dropped("s"))],
    [],
    [kuzu(vector_index(name = "near", metric = "l2"))]
);

fn slimmer() -> Said {
    schema![slimmer::D]
}

/// An index lives through a dropped property, made before or after it.
#[test]
fn b19_a_dropped_property_and_an_index() {
    for start in [schema![indexed::D], schema![plain::D]] {
        let bed = Bed::with(start);
        bed.run(&["CREATE (:D {id: 1, s: 's', x: 1, v: CAST([0.0, 1.0] AS FLOAT[2])})"]);
        bed.up(slimmer());
        let sound = Sound {
            said: slimmer,
            query: "CALL QUERY_VECTOR_INDEX('D', 'near', CAST([2.0, 2.0] AS FLOAT[2]), 5) \
                    RETURN node.id, node.x ORDER BY node.id",
            after: "1|1",
            more: &["CREATE (:D {id: 2, x: 2, v: CAST([2.0, 1.0] AS FLOAT[2])})"],
            finally: "1|1; 2|2",
        };
        sound.check(&bed);
    }
}

/// Nothing that a start asks would end the process.
#[test]
fn b8_a_macro_in_the_database() {
    let bed = Bed::by_hand(&["CREATE MACRO twice(x) AS x + x"]);
    bed.up(v1_alone());
    bed.run(&["CREATE (:A {id: 1, x: 2})"]);
    let sound = Sound {
        said: v1_alone,
        query: "MATCH (a:A) RETURN a.id, twice(a.x) ORDER BY a.id",
        after: "1|4",
        more: &["CREATE (:A {id: 2, x: 3})"],
        finally: "1|4; 2|6",
    };
    sound.check(&bed);
}

fn v1_alone() -> Said {
    schema![v1::A]
}
