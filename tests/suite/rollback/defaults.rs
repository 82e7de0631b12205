//! Rollback of defaults, nullability and fills in place, alone or together with the type.

use kuzu_ddl::history::Point;
use kuzu_ddl::{ChangePolicy, Migrator};

use crate::fixture::sketch::sketch;
use crate::fixture::{TestDatabase, exact_rows};

/// Types with two defaults and the values of two rows.
const TYPES: &[(&str, &str, &str, [&str; 2])] = &[
    ("INT64", "3", "4", ["3", "9"]),
    ("STRING", "'a'", "' b '", ["''", "' x '"]),
    ("DOUBLE", "1.5", "-0.25", ["0.1", "1e300"]),
    ("BOOL", "true", "false", ["true", "false"]),
    ("DECIMAL(10, 2)", "'1.50'", "'2.25'", ["'1.50'", "'-3.75'"]),
    (
        "DATE",
        "'2020-02-29'",
        "'1999-12-31'",
        ["'0001-01-01'", "'9999-12-31'"],
    ),
    ("INT64[]", "[1, 2]", "[3]", ["[]", "[1, NULL]"]),
    (
        "STRUCT(a INT64, b STRING)",
        "{a: 1, b: 'x'}",
        "{a: 2, b: ''}",
        ["{a: 1, b: ' x, y '}", "{a: NULL, b: ''}"],
    ),
];

/// All rows, with a column per type.
fn all(db: &TestDatabase) -> Vec<String> {
    let columns: Vec<String> = (0..TYPES.len()).map(|i| format!("x.v{i}")).collect();
    let columns = columns.join(", ");
    let nodes = format!("MATCH (x:A) RETURN x.id, {columns} ORDER BY x.id");
    let rels = format!("MATCH (a:A)-[x:R]->(:A) RETURN a.id, {columns} ORDER BY a.id");
    let rows = [nodes, rels];
    rows.iter()
        .flat_map(|query| exact_rows(db, query))
        .collect()
}

/// The declaration with the defaults that `pick` chooses.
fn source(pick: fn(&(&'static str, &'static str)) -> Option<&'static str>) -> String {
    let column = |(i, (ty, first, second, _)): (usize, &(_, &'static str, &'static str, _))| {
        let default = pick(&(first, second)).map(|default| format!(" = {default}"));
        format!("; v{i} {ty}{}", default.unwrap_or_default())
    };
    let columns: String = TYPES.iter().enumerate().map(column).collect();
    format!("node A: id INT64{columns}\nedge R A>A: n INT64{columns}")
}

#[test]
fn a_change_of_a_default_is_reversible() {
    let [none, first, second] = [
        source(|_| None),
        source(|(first, _)| Some(first)),
        source(|(_, second)| Some(second)),
    ];
    for (from, to) in [(&first, &second), (&none, &first), (&first, &none)] {
        let mut db = TestDatabase::migrated(sketch(from));
        for id in 0..2 {
            let value = |(i, (ty, _, _, values)): (usize, &(&str, _, _, [&str; 2]))| {
                format!(", v{i}: CAST({} AS {ty})", values[id])
            };
            let values: String = TYPES.iter().enumerate().map(value).collect();
            db.execute(&[
                &format!("CREATE (:A {{id: {id}{values}}})"),
                &format!("MATCH (a:A {{id: {id}}}) CREATE (a)-[:R {{n: 1{values}}}]->(a)"),
            ]);
        }
        db.execute(&["CREATE (:A {id: 7})"]);
        let before = all(&db);
        db.migrate_cleanly(sketch(to));
        assert_eq!(all(&db), before, "{to}");
        db.execute(&["CREATE (:A {id: 9})"]);
        let now = all(&db);
        let back = db.migrator(sketch(from));
        back.rollback(Point::Revision(1))
            .unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(all(&db), now, "{from}");
        db.assert_up_to_date(sketch(from));
        db.reopen();
        assert_eq!(all(&db), now, "{from}");
        let again = db.migrator(sketch(to)).reapply_rolled_back();
        again.migrate().unwrap();
        assert_eq!(all(&db), now, "{to}");
    }
}

/// No column keeps the NULLs that a fill in place replaces: the plan of the rollback says so.
#[test]
fn a_rollback_reports_the_fills_that_stay() {
    let old = "node A: id INT64; v STRING";
    let new = "node A: id INT64; v STRING | required | fill 'none'";
    let db = TestDatabase::migrated(sketch(old));
    db.execute(&["CREATE (:A {id: 1, v: 'x'}), (:A {id: 2})"]);
    db.migrate_cleanly(sketch(new));
    let plan = db.migrator(sketch(new)).plan_rollback(Point::Revision(1));
    let notes = plan.unwrap().notes.join("\n");
    assert!(
        notes.contains("A.v: rows that got the value of the fill 'none' keep it"),
        "{notes}"
    );
    db.migrator(sketch(new))
        .rollback(Point::Revision(1))
        .unwrap();
    assert_eq!(
        db.rows("MATCH (x:A) RETURN x.id, x.v ORDER BY x.id"),
        "1|x; 2|none"
    );
    db.assert_up_to_date(sketch(old));
}

/// What the rollback names are the objects as they are afterwards.
#[test]
fn hazards_of_a_rollback_speak_of_the_state_that_it_leads_to() {
    let old = "node A: id INT64; v STRING | required; w INT64";
    let new = "node B<A: id INT64; u<v STRING; w STRING | cast CAST(old AS STRING)";
    let db = TestDatabase::migrated(sketch(old));
    db.execute(&["CREATE (:A {id: 1, v: 'x', w: 3})"]);
    db.migrate_cleanly(sketch(new));
    let plan = db.migrator(sketch(new)).plan_rollback(Point::Revision(1));
    let plan = plan.unwrap();
    let hazards = plan.steps.iter().flat_map(|step| &step.hazards);
    let text: Vec<String> = hazards.map(ToString::to_string).collect();
    let text = text.join("\n");
    assert!(!text.contains("older apps"), "{text}");
    for expected in ["breaks newer apps: A.w, 1 value", "breaks newer apps: B"] {
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn a_default_of_the_former_type_is_no_default_of_the_next() {
    const VERSIONS: [&str; 3] = [
        "node A: id INT64; a INT64 = size('abc'); b STRING = 'its'; c STRING = lower('ABC')
         edge R A>A: a INT64 = size('abc'); b STRING = 'its'; c STRING = lower('ABC')",
        "node A: id INT64
           ; a DATE = '2020-02-29' | cast make_date(2020, 1, old)
           ; b json = '{}' | cast to_json(old); c INT64 = 7 | cast size(old)
         edge R A>A
           : a DATE = '2020-02-29' | cast make_date(2020, 1, old)
           ; b json = '{}' | cast to_json(old); c INT64 = 7 | cast size(old)",
        "node A: id INT128; a DATE = '2020-02-29'; b json = '{}'; c INT64 = 7
         edge R A>A MANY_ONE: a DATE = '2020-02-29'; b json = '{}'; c INT64 = 7",
    ];
    let rows = |db: &TestDatabase| {
        let columns = "CAST(x.a AS STRING), CAST(x.b AS STRING), x.c";
        let nodes = db.rows(&format!("MATCH (x:A) RETURN {columns} ORDER BY x.id"));
        let rels = db.rows(&format!(
            "MATCH (a)-[x:R]->() RETURN {columns} ORDER BY a.id"
        ));
        format!("{nodes} / {rels}")
    };
    let versions = VERSIONS.map(|text| text.replace("\n           ", " "));
    let mut db = TestDatabase::migrated(sketch(&versions[0]));
    db.execute(&[
        "CREATE (:A {id: 1}), (:A {id: 2, a: 5, b: ' x ', c: ''})",
        "MATCH (x:A {id: 1}) CREATE (x)-[:R]->(x)",
    ]);
    let mut states = vec![rows(&db)];
    for version in &versions[1..] {
        let migrator = db.migrator(sketch(version));
        let migrator = migrator.change_policy(ChangePolicy::Destructive);
        migrator.migrate().unwrap_or_else(|e| panic!("{e}"));
        states.push(rows(&db));
        assert_eq!(db.drift(), "");
    }
    assert_eq!(
        states[1],
        "2020-01-03|\"its\"|3; 2020-01-05|\" x \"|0 / 2020-01-03|\"its\"|3"
    );
    for to in [1, 0, 1, 2, 0] {
        db.reopen();
        let migrator = Migrator::new(db.kuzu()).change_policy(ChangePolicy::Destructive);
        let back = migrator.rollback(Point::Revision(to as u64 + 1));
        back.unwrap_or_else(|e| panic!("back to {to}: {e}"));
        assert_eq!(rows(&db), states[to], "back to {to}");
        assert_eq!(db.drift(), "");
    }
}
