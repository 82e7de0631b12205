//! Rollback past dropped and restored pairs and tables.

use kuzu_ddl::history::Point;
use kuzu_ddl::{Error, Migrator, Report};

use crate::fixture::TestDatabase;
use crate::fixture::sketch::sketch;

const NODES: &str = "
    node A: id INT64
    node B: id INT64
";

/// The declarations that the steps of a sequence lead to.
fn source(pair: bool, table: bool, dropped: (bool, bool)) -> String {
    let mut text = NODES.to_owned();
    if table {
        let first = if pair {
            "A>B"
        } else if dropped.0 {
            "-A>B"
        } else {
            ""
        };
        text += &format!("edge R {first} B>B: w INT64\n");
    } else if dropped.1 {
        text += "-R\n";
    }
    text
}

fn allowed<'a>(
    db: &'a TestDatabase,
    run: impl Fn(Migrator<'a>) -> Result<Report, Error>,
) -> Result<Report, Error> {
    match run(Migrator::new(db.kuzu()).allow_partial_rollback()) {
        Err(Error::HazardsNotAllowed { hazards, .. }) => {
            let migrator = Migrator::new(db.kuzu()).allow_partial_rollback();
            let migrator = hazards.into_iter().fold(migrator, |migrator, hazard| {
                migrator.allow(hazard.kind, hazard.object)
            });
            run(migrator)
        }
        result => result,
    }
}

const RELS: &str = "MATCH (a)-[r:R]->(b) RETURN label(a), a.id, b.id, r.w ORDER BY r.w";

fn rels(db: &TestDatabase) -> String {
    let session = db.session();
    session
        .query(RELS)
        .map_or_else(|_| "no table".to_owned(), |_| db.rows(RELS))
}

fn pairs(db: &TestDatabase) -> String {
    let query = "CALL show_connection('R') RETURN *";
    let session = db.session();
    match session.query(query) {
        Err(_) => "no table".to_owned(),
        Ok(mut rows) => {
            rows.sort_by_key(|row| format!("{row:?}"));
            format!("{rows:?}")
        }
    }
}

/// `p` drops the pair, `q` restores it, `r` creates it again, `t` drops the table, `u` restores it.
fn run(steps: &str) {
    let db = TestDatabase::migrated(sketch(&source(true, true, (false, false))));
    db.execute(&[
        "CREATE (:A {id: 1}), (:A {id: 2}), (:B {id: 3}), (:B {id: 4})",
        "MATCH (a:A), (b:B) CREATE (a)-[:R {w: a.id * 10 + b.id}]->(b)",
        "MATCH (a:B), (b:B) CREATE (a)-[:R {w: a.id * 10 + b.id}]->(b)",
    ]);
    let (mut pair, mut table, mut dropped) = (true, true, (false, false));
    let mut states = vec![(1, rels(&db), pairs(&db))];
    for step in steps.chars() {
        match step {
            'p' => (pair, dropped.0) = (false, true),
            'q' | 'r' => pair = true,
            't' => (table, dropped.1) = (false, true),
            _ => table = true,
        }
        let declared = sketch(&source(pair, table, dropped)).unwrap();
        let revision = db.ledger().revisions.len() as u64;
        let result = allowed(&db, |m| {
            let m = m.declared(declared.clone());
            match step {
                'u' => m.restore("R").migrate(),
                'q' => m.restore("R(A -> B)").migrate(),
                'r' => m.recreate("R(A -> B)").migrate(),
                _ => m.migrate(),
            }
        });
        result.unwrap_or_else(|e| panic!("{steps} at {step}: {e}"));
        let now = db.ledger().revisions.len() as u64;
        assert!(now >= revision);
        states.push((now, rels(&db), pairs(&db)));
    }
    for (at, (revision, rels_then, pairs_then)) in states.iter().enumerate().rev() {
        let result = allowed(&db, |m| m.rollback(Point::Revision(*revision)));
        result.unwrap_or_else(|e| panic!("{steps} back to {at}: {e}"));
        assert_eq!(pairs(&db), *pairs_then, "{steps} back to {at}");
        assert_eq!(rels(&db), *rels_then, "{steps} back to {at}");
        assert_eq!(db.drift(), "", "{steps} back to {at}");
    }
}

/// All sequences of a length in which each step changes something. The shorter ones are their
/// beginnings.
fn sequences(length: usize) -> Vec<String> {
    let mut all: Vec<(String, bool, bool)> = vec![(String::new(), true, true)];
    for _ in 0..length {
        let mut next = Vec::new();
        for (steps, pair, table) in all {
            let mut push = |step: char, pair, table| {
                next.push((format!("{steps}{step}"), pair, table));
            };
            if table {
                if pair {
                    push('p', false, true);
                } else {
                    push('q', true, true);
                    push('r', true, true);
                }
                push('t', pair, false);
            } else {
                push('u', pair, true);
            }
        }
        all = next;
    }
    all.into_iter().map(|(steps, ..)| steps).collect()
}

#[test]
fn every_sequence_of_drops_and_restores_has_a_way_back() {
    let new_pair = |steps: &String| steps.contains('r');
    let restored = sequences(5).into_iter().filter(|steps| !new_pair(steps));
    for steps in restored.chain(sequences(4).into_iter().filter(new_pair)) {
        run(&steps);
    }
}
