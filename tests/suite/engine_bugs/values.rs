//! Values that the engine computes: sequences and defaults.

use kuzu_ddl::schema;

use super::{DurabilityCheck, populated, v1};
use crate::fixture::{Declaration, TestDatabase};

mod counted {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct T {
        #[kuzu(primary_key, type = "SERIAL")]
        id: i64,
        x: Option<i64>,
    }
}

mod renamed {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(unregistered, renamed_from = "T")]
    pub(super) struct U {
        #[kuzu(primary_key, type = "SERIAL")]
        id: i64,
        x: Option<i64>,
    }
}

mod another {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct U {
        #[kuzu(primary_key)]
        id: i64,
    }
}

fn renamed() -> Declaration {
    schema![renamed::U]
}

fn dropped() -> Declaration {
    schema![v1::A; dropped "U"]
}

fn another() -> Declaration {
    schema![v1::A, another::U]
}

/// A renamed table continues its numbering; it can be dropped, which archives it, and its name is
/// free again.
#[test]
fn renamed_serial_table_continues_its_numbering_b7() {
    let db = TestDatabase::migrated(schema![counted::T]);
    db.execute(&["CREATE (:T {x: 10}), (:T {x: 11})"]);
    db.migrate_cleanly(renamed());
    let durability = DurabilityCheck {
        declaration: renamed,
        query: "MATCH (u:U) RETURN u.id, u.x ORDER BY u.id",
        after: "0|10; 1|11",
        later_rows: &["CREATE (:U {x: 12})"],
        after_later_rows: "0|10; 1|11; 2|12",
    };
    durability.verify(&db);
    db.migrate_cleanly(dropped());
    let migrator = db.migrator(another()).recreate("U");
    migrator.migrate().unwrap_or_else(|e| panic!("{e}"));
    let durability = DurabilityCheck {
        declaration: another,
        query: "MATCH (u:U) RETURN u.id",
        after: "",
        later_rows: &["CREATE (:U {id: 7})"],
        after_later_rows: "7",
    };
    durability.verify(&db);
    let archive = db.rows("CALL show_tables() RETURN name");
    let archive = archive.split("; ").find(|name| name.starts_with("U__a_"));
    let archive = archive.unwrap().to_owned();
    let rows = format!("MATCH (u:`{archive}`) RETURN u.id, u.x ORDER BY u.id");
    assert_eq!(db.rows(&rows), "0|10; 1|11");
}

mod fresh {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        s: Option<String>,
        x: Option<i64>,
        #[kuzu(default_expr = "gen_random_uuid()")]
        u: uuid::Uuid,
        #[kuzu(default_expr = "current_timestamp()")]
        at: time::PrimitiveDateTime,
    }
}

fn fresh() -> Declaration {
    schema![fresh::A, v1::R]
}

/// Each row has its own value, and none has the garbage that ADD alone would leave.
#[test]
fn default_computed_per_row_is_different_in_each_row_b9() {
    let db = populated();
    db.execute(&["UNWIND range(3, 3000) AS i CREATE (:A {id: i})"]);
    db.migrate_cleanly(fresh());
    let durability = DurabilityCheck {
        declaration: fresh,
        query: "MATCH (a:A) RETURN count(DISTINCT a.u), \
                sum(CASE WHEN CAST(a.u AS STRING) STARTS WITH '80000000-0000' THEN 1 ELSE 0 END)",
        after: "3000|0",
        later_rows: &["UNWIND range(4001, 4010) AS i CREATE (:A {id: i})"],
        after_later_rows: "3010|0",
    };
    durability.verify(&db);
}

/// The replay after a kill reads the values instead of recomputing them.
#[test]
fn time_dependent_default_is_not_recomputed_at_replay_b10() {
    const QUERY: &str =
        "MATCH (a:A) RETURN a.id, CAST(a.at AS STRING), CAST(a.u AS STRING) ORDER BY a.id";
    let db = populated();
    db.migrate_cleanly(fresh());
    let before = db.rows(QUERY);
    assert_eq!(before.split("; ").count(), 2);
    std::thread::sleep(std::time::Duration::from_millis(5));
    let mut db = db.after_kill();
    assert_eq!(db.rows(QUERY), before, "after the replay");
    db.execute(&["CHECKPOINT"]);
    db.reopen();
    assert_eq!(db.rows(QUERY), before, "opened again");
    db.assert_up_to_date(fresh());
}

mod signed {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        s: Option<String>,
        x: Option<i64>,
        #[kuzu(default = -5)]
        n: i64,
        #[kuzu(default_expr = "2 * (3 + 4)")]
        m: i64,
        #[kuzu(default = -0.5)]
        d: f64,
    }
}

fn signed() -> Declaration {
    schema![signed::A, v1::R]
}

/// The catalog's text of a default equals the declared one, so it is no drift.
#[test]
fn negative_default_is_no_drift_b11() {
    let db = populated();
    db.migrate_cleanly(signed());
    let durability = DurabilityCheck {
        declaration: signed,
        query: "MATCH (a:A) RETURN a.id, a.n, a.m, a.d ORDER BY a.id",
        after: "1|-5|14|-0.5; 2|-5|14|-0.5",
        later_rows: &["CREATE (:A {id: 3})"],
        after_later_rows: "1|-5|14|-0.5; 2|-5|14|-0.5; 3|-5|14|-0.5",
    };
    durability.verify(&db);
}
