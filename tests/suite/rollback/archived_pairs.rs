//! A dropped FROM–TO pair archives its rels: they hold on to no node, and return with the pair.

use kuzu_ddl::archive::list_archived;
use kuzu_ddl::history::Point;
use kuzu_ddl::{Error, HazardKind, Migrator};

use crate::fixture::sketch::sketch;
use crate::fixture::{Declaration, TestDatabase, exact_rows};

const NODES: &str = "
    node A: id INT64; s STRING
    node B: name STRING
";

fn with(edges: &str) -> Declaration {
    sketch(&format!("{NODES}{edges}"))
}

fn both() -> Declaration {
    with("edge R A>B B>B: w INT64")
}

fn dropped() -> Declaration {
    with("edge R -A>B B>B: w INT64")
}

/// Two rels between the same nodes, one with an equal value, and rels of the other pair.
const ROWS: &[&str] = &[
    "CREATE (:A {id: 1}), (:A {id: 2}), (:B {name: 'x'}), (:B {name: ' y '})",
    "MATCH (a:A), (b:B) CREATE (a)-[:R {w: a.id}]->(b)",
    "MATCH (a:A {id: 1}), (b:B {name: 'x'}) CREATE (a)-[:R {w: 1}]->(b), (a)-[:R]->(b)",
    "MATCH (b:B) CREATE (b)-[:R {w: 9}]->(b)",
];

const RELS: &str = "MATCH (a:A)-[r:R]->(b:B) RETURN a.id, b.name, r.w ORDER BY a.id, b.name, r.w";
const ALL: &str = "1| y |1; 1|x|1; 1|x|1; 1|x|NULL; 2| y |2; 2|x|2";
const LOOPS: &str = "MATCH (a:B)-[r:R]->(b:B) RETURN a.name, b.name, r.w ORDER BY a.name";

fn populated() -> TestDatabase {
    let db = TestDatabase::migrated(both());
    db.execute(ROWS);
    assert_eq!(db.rows(RELS), ALL);
    db
}

fn archives(db: &TestDatabase) -> Vec<String> {
    let archived = list_archived(db.kuzu()).unwrap().into_iter();
    let texts = archived.map(|object| format!("{} {}", object.object, object.row_count));
    texts.collect()
}

fn restored<'a>(db: &'a TestDatabase, declaration: Declaration) -> Migrator<'a> {
    db.migrator(declaration).restore("R(A -> B)")
}

#[test]
fn dropped_pair_returns_with_its_rels() {
    let mut db = populated();
    let report = db.migrate_cleanly(dropped()).to_string();
    assert!(
        report.contains("archive the rels of R(A -> B)") && !report.contains("DeletesData"),
        "{report}"
    );
    assert_eq!(archives(&db), ["R(A -> B) 6"]);
    let listed = list_archived(db.kuzu()).unwrap()[0].to_string();
    assert!(
        listed.starts_with("pair R(A -> B), 6 rels, about "),
        "{listed}"
    );
    db.reopen();
    db.assert_up_to_date(dropped());
    restored(&db, both())
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    for _ in 0..2 {
        assert_eq!(db.rows(RELS), ALL);
        assert_eq!(db.rows(LOOPS), " y | y |9; x|x|9");
        assert_eq!(archives(&db), [""; 0]);
        db.assert_up_to_date(both());
        db.reopen();
    }
}

/// Nodes can be deleted meanwhile. The rels whose nodes no longer exist are counted, and lost only
/// if that is allowed.
#[test]
fn rels_without_their_nodes_are_counted() {
    let mut db = populated();
    db.migrate_cleanly(dropped());
    db.execute(&["MATCH (a:A {id: 2}) DELETE a"]);
    let e = db.assert_fails(restored(&db, both()));
    assert_eq!(
        e.help(),
        ["allow it with `.allow(HazardKind::DeletesData, \"R(A -> B)\")` on the Migrator"],
        "{e}"
    );
    assert!(
        e.to_string().contains("deletes data: R(A -> B), 2 rels"),
        "{e}"
    );
    // A node that exists again has its rels again.
    db.execute(&["CREATE (:A {id: 2})", "MATCH (a:A {id: 1}) DELETE a"]);
    restored(&db, both())
        .allow(HazardKind::DeletesData, "R(A -> B)")
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    db.reopen();
    assert_eq!(db.rows(RELS), "2| y |2; 2|x|2");
    db.assert_up_to_date(both());
}

#[test]
fn rollback_returns_the_rels_of_a_pair() {
    let mut db = populated();
    db.migrate_cleanly(dropped());
    let back = Migrator::new(db.kuzu()).rollback(Point::Revision(1));
    back.unwrap_or_else(|e| panic!("{e}"));
    for _ in 0..2 {
        assert_eq!(db.rows(RELS), ALL);
        assert_eq!(db.drift(), "");
        db.reopen();
    }
    // The binary that drops the pair does so again.
    let again = db.migrator(dropped()).reapply_rolled_back().migrate();
    again.unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(archives(&db), ["R(A -> B) 6"]);
}

/// A new pair in place of the dropped one has rels of its own, and each returns to its time.
#[test]
fn recreated_pair_and_archived_pair_keep_their_rels_apart() {
    let mut db = populated();
    db.migrate_cleanly(dropped());
    let again = db.migrator(both()).recreate("R(A -> B)").migrate();
    again.unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(db.rows(RELS), "");
    db.execute(&["MATCH (a:A {id: 2}), (b:B {name: 'x'}) CREATE (a)-[:R {w: 77}]->(b)"]);
    let newest = db.ledger().revisions.len() as u64;
    for _ in 0..2 {
        let back = Migrator::new(db.kuzu()).rollback(Point::Revision(1));
        back.unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((db.rows(RELS).as_str(), db.drift().as_str()), (ALL, ""));
        db.reopen();
        let forth = Migrator::new(db.kuzu()).rollback(Point::Revision(newest));
        forth.unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(
            (db.rows(RELS).as_str(), db.drift().as_str()),
            ("2|x|77", "")
        );
        db.reopen();
    }
}

/// A declaration that has the pair again must say what becomes of the archived rels.
#[test]
fn pair_declared_again_asks_for_restore_or_recreate() {
    let db = populated();
    db.migrate_cleanly(dropped());
    for again in [both(), with("edge R A>B B>B: w INT64; k INT64")] {
        let e = db.assert_refused(again).to_string();
        assert!(
            e.contains("R(A -> B): is declared, but was dropped")
                && e.contains(".restore(\"R(A -> B)\")")
                && e.contains(".recreate(\"R(A -> B)\")"),
            "{e}"
        );
    }
}

#[test]
fn archived_pair_is_purged_on_request() {
    let mut db = populated();
    db.migrate_cleanly(dropped());
    let purge = || db.migrator(dropped()).purge("R(A -> B)");
    let e = db.assert_fails(purge());
    assert_eq!(
        e.help(),
        ["allow it with `.allow(HazardKind::DeletesData, \"R(A -> B)\")` on the Migrator"],
        "{e}"
    );
    let allowed = purge().allow(HazardKind::DeletesData, "R");
    allowed.migrate().unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(archives(&db), [""; 0]);
    db.reopen();
    db.assert_up_to_date(dropped());
    let e = db.assert_fails(restored(&db, both())).to_string();
    assert!(e.contains("R(A -> B): was dropped and purged"), "{e}");
    let e = Migrator::new(db.kuzu())
        .rollback(Point::Revision(1))
        .unwrap_err();
    assert!(matches!(e, Error::Irreversible(_)), "{e}");
    let tables = "CALL show_tables() WHERE name CONTAINS '__a_' RETURN count(*)";
    assert_eq!(db.rows(tables), "0");
}

/// The archive of a pair survives the archive of its rel table, and is purged with it.
#[test]
fn archived_pair_of_an_archived_rel_table() {
    let mut db = populated();
    db.migrate_cleanly(dropped());
    let without = || with("-R\n");
    db.migrate_cleanly(without());
    db.reopen();
    let back = db.migrator(dropped()).restore("R").migrate();
    back.unwrap_or_else(|e| panic!("{e}"));
    restored(&db, both())
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(db.rows(RELS), ALL);
    assert_eq!(db.rows(LOOPS), " y | y |9; x|x|9");
    // Both at once.
    let back = Migrator::new(db.kuzu()).rollback(Point::Revision(3));
    back.unwrap_or_else(|e| panic!("{e}"));
    let back = Migrator::new(db.kuzu()).rollback(Point::Revision(1));
    back.unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(db.rows(RELS), ALL);
    let back = Migrator::new(db.kuzu()).rollback(Point::Revision(3));
    back.unwrap_or_else(|e| panic!("{e}"));
    db.migrator(without())
        .purge("R")
        .allow(HazardKind::DeletesData, "R")
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    db.reopen();
    assert_eq!(db.rows("CALL show_tables() RETURN count(*)"), "3");
    assert_eq!(db.drift(), "");
}

/// A removed node table takes its pairs along. Their rels return with it.
#[test]
fn removed_node_table_archives_the_rels_of_its_pairs() {
    let mut db = populated();
    let without = || sketch("node B: name STRING\n-A\nedge R B>B: w INT64");
    let report = db.migrate_cleanly(without()).to_string();
    assert!(
        !report.contains("__a_") || report.contains("archive the rels of R(A -> B)"),
        "{report}"
    );
    assert_eq!(archives(&db), ["A 2", "R(A -> B) 6"]);
    // The nodes at the other end are free.
    db.execute(&[
        "MATCH (b:B {name: 'x'}) DETACH DELETE b",
        "CREATE (:B {name: 'x'})",
    ]);
    let back = Migrator::new(db.kuzu()).rollback(Point::Revision(1));
    back.unwrap_or_else(|e| panic!("{e}"));
    db.reopen();
    assert_eq!(db.rows(RELS), ALL);
    assert_eq!(db.drift(), "");
}

#[test]
fn pair_without_rels_needs_no_archive() {
    let db = TestDatabase::migrated(both());
    let report = db.migrate_cleanly(dropped());
    assert_eq!(report.steps.len(), 1, "{report}");
    assert_eq!(archives(&db), [""; 0]);
    let report = restored(&db, both()).migrate().unwrap().to_string();
    assert!(
        report.contains("R(A -> B) is restored without rels: this database has no archive of it"),
        "{report}"
    );
}

/// Rels that appear between the plan and its application are archived, too.
#[test]
fn plan_for_a_pair_without_rels_is_stale_once_it_has_some() {
    let db = TestDatabase::migrated(both());
    let plan = db.migrator(dropped()).plan().unwrap();
    db.execute(ROWS);
    let e = db.migrator(dropped()).apply(&plan).unwrap_err();
    assert!(matches!(e, Error::StalePlan), "{e}");
    db.migrate_cleanly(dropped());
    assert_eq!(archives(&db), ["R(A -> B) 6"]);
}

/// What changes between the drop and the return of a pair applies to its rels, too: names, types,
/// keys, new and dropped properties.
#[test]
fn changes_since_the_drop_apply_to_restored_rels() {
    const FIRST: &str = "node A: id INT32; code STRING
        node B: name STRING
        edge R A>B B>B: w INT64; text STRING; wide INT32; bye STRING";
    let mut db = TestDatabase::migrated(sketch(FIRST));
    db.execute(&[
        "CREATE (:A {id: 1, code: 'c1'}), (:A {id: 2, code: 'c2'}), (:B {name: 'x'})",
        "MATCH (a:A), (b:B) CREATE (a)-[:R {w: a.id, text: CAST(a.id * 10 AS STRING), wide: 5, \
         bye: 'b'}]->(b)",
        "MATCH (a:A {id: 1}), (b:B) CREATE (a)-[:R {text: ' 7 '}]->(b)",
    ]);
    let versions = [
        "node A: id INT32; code STRING
        node B: name STRING
        edge R -A>B B>B: w INT64; text STRING; wide INT32; bye STRING",
        "node A: id INT64; code STRING
        node B: name STRING
        edge R B>B: weight<w INT64; text INT64 | cast CAST(old AS INT64); wide INT64; -bye; \
            more INT64 = 3; must STRING | required | fill 'filled'",
        "node A: code STRING; id INT64
        node Bee<B: name STRING
        edge R Bee>Bee: weight INT64; text DOUBLE | cast CAST(old AS DOUBLE); wide INT64; \
            more INT64 = 3; must STRING | required | fill 'filled'",
    ];
    for version in versions {
        let declared = sketch(version).unwrap();
        let migrated = Migrator::new(db.kuzu()).declared(declared).migrate();
        migrated.unwrap_or_else(|e| panic!("{version}: {e}"));
        db.reopen();
    }
    let last = "node A: code STRING; id INT64
        node Bee<B: name STRING
        edge R A>Bee Bee>Bee: weight INT64; text DOUBLE | cast CAST(old AS DOUBLE); wide INT64; \
            more INT64 = 3; must STRING | required | fill 'filled'";
    let back = db.migrator(sketch(last)).restore("R(A -> Bee)").migrate();
    back.unwrap_or_else(|e| panic!("{e}"));
    db.reopen();
    let rels = "MATCH (a:A)-[r:R]->(b:Bee) RETURN a.code, r.weight, r.text, r.wide, r.more, r.must \
                ORDER BY a.code, r.text";
    assert_eq!(
        db.rows(rels),
        "c1|NULL|7|NULL|3|filled; c1|1|10|5|3|filled; c2|2|20|5|3|filled"
    );
    db.assert_up_to_date(sketch(last));
    // Back at the start, every value is what it was.
    let back = Migrator::new(db.kuzu()).rollback(Point::Revision(1));
    back.unwrap_or_else(|e| panic!("{e}"));
    let rels = "MATCH (a:A)-[r:R]->(b:B) RETURN a.id, r.w, trim(r.text), r.wide ORDER BY a.id, r.w";
    assert_eq!(db.rows(rels), "1|1|10|5; 1|NULL|7|NULL; 2|2|20|5");
}

/// A value that does not fit the present type is counted before anything changes.
#[test]
fn archived_value_that_does_not_fit_is_counted() {
    let db = populated();
    db.migrate_cleanly(dropped());
    let narrow = |first: &str| {
        with(&format!(
            "edge R {first} B>B: w INT8 | cast CAST(old AS INT8)"
        ))
    };
    db.migrate_cleanly(narrow(""));
    let back = db.migrator(narrow("A>B")).restore("R(A -> B)").migrate();
    back.unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(db.rows(RELS), ALL);
    let other = TestDatabase::migrated(both());
    other.execute(ROWS);
    other.execute(&["MATCH (:A)-[r:R]->(:B) WHERE r.w = 2 SET r.w = 2000"]);
    other.migrate_cleanly(dropped());
    other.migrate_cleanly(narrow(""));
    let e = other.assert_fails(other.migrator(narrow("A>B")).restore("R(A -> B)"));
    assert!(matches!(e, Error::PreflightFailed(_)), "{e}");
    assert!(
        e.to_string().contains("R.w: 2 of 5 values cannot be cast"),
        "{e}"
    );
}

/// The values of every kind of type are the same after drop and return.
#[test]
fn archived_rels_keep_the_exact_values_of_every_type() {
    const TYPES: &[(&str, &[&str])] = &[
        ("BOOL", &["true", "NULL"]),
        ("INT8", &["-127", "127"]),
        ("INT128", &["-170141183460469231731687303715884105727"]),
        ("UINT64", &["18446744073709551615", "0"]),
        (
            "DOUBLE",
            &[
                "-0.0",
                "1e308",
                "CAST('NaN' AS DOUBLE)",
                "CAST('-inf' AS DOUBLE)",
            ],
        ),
        ("FLOAT", &["1e-40"]),
        ("DECIMAL(28, 10)", &["-123456789012345678.0123456789"]),
        ("STRING", &["''", "' x '", "'é, \\'q\\''"]),
        ("BLOB", &["BLOB('\\\\x00\\\\xFF')"]),
        ("UUID", &["UUID('00000000-0000-0000-0000-000000000000')"]),
        (
            "DATE",
            &["CAST('0001-01-01' AS DATE)", "CAST('9999-12-31' AS DATE)"],
        ),
        (
            "TIMESTAMP_NS",
            &["CAST('2262-04-11 23:47:16.854775807' AS TIMESTAMP_NS)"],
        ),
        (
            "TIMESTAMP_TZ",
            &["CAST('1969-12-31 23:59:59.999999+02' AS TIMESTAMP_TZ)"],
        ),
        ("INTERVAL", &["INTERVAL('1 year 2 days 3 us')"]),
        (
            "json",
            &["CAST('{\"a\": 1.0, \"b\": [null, \"x\"]}' AS json)", "NULL"],
        ),
        (
            "STRING[]",
            &["['', ' x ', NULL]", "NULL", "CAST([] AS STRING[])"],
        ),
        ("INT64[3]", &["[1, 2, 3]"]),
        (
            "STRUCT(a STRING, b DOUBLE)",
            &["{a: 'x, y', b: 0.1234567890123456}"],
        ),
        ("MAP(STRING, INT64[])", &["map(['a', ''], [[1, 2], [3]])"]),
        (
            "UNION(a INT64, b STRING)",
            &["CAST(' t ' AS UNION(a INT64, b STRING))"],
        ),
        (
            "STRUCT(s STRUCT(a STRING[])[], m INT64)[]",
            &["[{s: [{a: ['', NULL]}], m: 1}]"],
        ),
    ];
    let properties: Vec<String> = TYPES
        .iter()
        .enumerate()
        .map(|(i, (ty, _))| format!("p{i} {ty}"))
        .collect();
    let properties = properties.join("; ");
    let nodes = "node A: id INT64\nnode B: id INT64\n";
    let first = || sketch(&format!("{nodes}edge R A>B A>A: {properties}"));
    let without = || sketch(&format!("{nodes}edge R -A>B A>A: {properties}"));
    let mut db = TestDatabase::migrated(first());
    db.execute(&["CREATE (:A {id: 1}), (:B {id: 2})"]);
    let deepest = TYPES.iter().map(|(_, values)| values.len()).max().unwrap();
    for row in 0..deepest {
        let values = TYPES.iter().enumerate();
        let values = values.map(|(i, (_, values))| format!("p{i}: {}", values[row % values.len()]));
        let values: Vec<String> = values.filter(|text| !text.ends_with(": NULL")).collect();
        let values = values.join(", ");
        db.execute(&[
            &format!("MATCH (a:A), (b:B) CREATE (a)-[:R {{{values}}}]->(b)"),
            &format!("MATCH (a:A) CREATE (a)-[:R {{{values}}}]->(a)"),
        ]);
    }
    let columns: Vec<String> = (0..TYPES.len()).map(|i| format!("r.p{i}")).collect();
    let query = format!("MATCH (:A)-[r:R]->(:B) RETURN {}", columns.join(", "));
    let values = |db: &TestDatabase| {
        let mut rows = exact_rows(db, &query);
        rows.sort();
        rows
    };
    let before = values(&db);
    assert_eq!(before.len(), deepest);
    db.migrate_cleanly(without());
    db.execute(&["CHECKPOINT"]);
    db.reopen();
    let back = Migrator::new(db.kuzu()).rollback(Point::Revision(1));
    back.unwrap_or_else(|e| panic!("{e}"));
    for _ in 0..2 {
        assert_eq!(values(&db), before);
        db.execute(&["CHECKPOINT"]);
        db.reopen();
    }
}
