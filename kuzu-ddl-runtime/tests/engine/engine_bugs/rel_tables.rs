//! Rel tables and their FROM–TO pairs.

use super::*;

#[test]
fn b6_pair_of_a_node_table_crashes() {
    crashes(test_name!(), |s| {
        run(s, A);
        run(s, &["ALTER TABLE A ADD FROM A TO A"]);
    });
}

#[test]
fn b20_rels_of_few_nodes_are_slow_to_set() {
    let time = |rels: usize| {
        let db = memory();
        let s = db.session().unwrap();
        let rels =
            format!("MATCH (a:A) UNWIND range(1, {rels}) AS i CREATE (a)-[:R {{w: i}}]->(a)");
        run(&*s, A);
        run(&*s, &["CREATE REL TABLE R(FROM A TO A, w INT64)", &rels]);
        let start = std::time::Instant::now();
        run(&*s, &["MATCH ()-[r:R]->() SET r.w = r.w + 1"]);
        start.elapsed()
    };
    let (small, large) = (time(3_000), time(24_000));
    assert!(large > 16 * small, "8 times the rels: {small:?}, {large:?}");
}

/// The dropped pairs hide it until the file is opened again.
#[test]
fn export_of_a_rel_table_without_pairs_crashes() {
    let test = test_name!();
    let export = |path: &Path| {
        let db = open(path);
        let target = path.with_extension("export");
        run(
            &*db.session().unwrap(),
            &[&format!(
                "EXPORT DATABASE '{}' (schema_only=true)",
                target.display()
            )],
        );
    };
    if let Some(path) = child::path() {
        export(&path);
        child::exit();
    }
    let (dir, db) = fresh();
    {
        let s = db.session().unwrap();
        run(&*s, A);
        run(
            &*s,
            &[
                "CREATE REL TABLE R(FROM A TO A)",
                "ALTER TABLE R DROP FROM A TO A",
            ],
        );
    }
    drop(db);
    assert!(child::crashed(child::run(test, &dir.path().join("db"))));
}

/// The migrator is not involved: the rows that are lost are deleted by the application.
#[test]
fn node_deleted_with_a_rel_to_itself_and_a_kill_loses_another_rel() {
    const RELS: &str = "MATCH (a:A)-[:R]->(b:A) RETURN a.id, b.id ORDER BY a.id, b.id";
    let test = test_name!();
    if let Some(path) = child::path() {
        let db = open(&path);
        let s = db.session().unwrap();
        run(
            &*s,
            &[
                "CREATE NODE TABLE A(id INT64 PRIMARY KEY)",
                "CREATE REL TABLE R(FROM A TO A)",
                "UNWIND range(1, 4) AS i CREATE (:A {id: i})",
            ],
        );
        for (a, b) in [(1, 4), (3, 3), (2, 2), (1, 1)] {
            let ends = format!("MATCH (a:A), (b:A) WHERE a.id = {a} AND b.id = {b}");
            run(&*s, &[&format!("{ends} CREATE (a)-[:R]->(b)")]);
        }
        run(&*s, &["MATCH (a:A) WHERE a.id = 2 DETACH DELETE a"]);
        assert_eq!(rows(&*s, RELS), "1|1; 1|4; 3|3");
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    child::run_to_exit(test, &path);
    let db = open(&path);
    let s = db.session().unwrap();
    assert_eq!(rows(&*s, RELS), "1|1; 3|3", "1 -> 4 was not deleted");
}
