//! What an archive holds on to is reported when it is archived, and the refusal names the call that
//! releases it.

use kuzu_ddl::{HazardKind, schema};

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(default_expr = "nextval('person_no')")]
        no: i64,
    }

    #[derive(KuzuNode)]
    pub(super) struct Club {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Club)]
    pub(super) struct MemberOf {
        since: i64,
    }
}

mod v2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        no: i64,
    }
}

mod v3 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(dropped("no"))]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
    }
}

fn populated() -> TestDatabase {
    let declaration = schema![v1::Person, v1::Club, v1::MemberOf; sequences ("person_no")];
    let db = TestDatabase::migrated(declaration);
    db.execute(&[
        "CREATE (:Person {id: 1}), (:Person {id: 2}), (:Club {id: 7})",
        "MATCH (p:Person), (c:Club) CREATE (p)-[:MemberOf {since: 2000}]->(c)",
    ]);
    db
}

#[test]
fn archived_rel_table_reports_that_it_holds_its_nodes() {
    let db = populated();
    let without = || schema![v1::Person, v1::Club; sequences ("person_no"); dropped "MemberOf"];
    let report = db.migrate_cleanly(without()).to_string();
    assert!(
        report.contains("MemberOf is archived with 2 rels: DELETE of a node that has one of them")
            && report.contains(".purge(\"MemberOf\")"),
        "{report}"
    );
    // As the report states.
    let refused = db
        .session()
        .query("MATCH (p:Person) WHERE p.id = 1 DELETE p");
    assert!(refused.is_err());
    db.execute(&["MATCH (p:Person) WHERE p.id = 1 DETACH DELETE p"]);
    // The words of the report work.
    db.migrator(without())
        .purge("MemberOf")
        .allow(HazardKind::DeletesData, "MemberOf")
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    db.execute(&["MATCH (p:Person) WHERE p.id = 2 DELETE p"]);
}

#[test]
fn purge_of_a_node_table_names_the_archived_rel_table() {
    let db = populated();
    let without = || schema![v1::Person; sequences ("person_no"); dropped "MemberOf", "Club"];
    db.migrate_cleanly(without());
    let e = db.assert_fails(db.migrator(without()).purge("Club"));
    let text = e.to_string();
    assert!(
        text.contains("Club: the rel table MemberOf still connects it")
            && text.contains("help: purge that one too: `.purge(\"MemberOf\")` on the Migrator"),
        "{text}"
    );
    db.migrator(without())
        .purge("Club")
        .purge("MemberOf")
        .allow(HazardKind::DeletesData, "Club")
        .allow(HazardKind::DeletesData, "MemberOf")
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    db.assert_up_to_date(without());
}

fn drops_sequence(declaration: Declaration) -> Declaration {
    declaration.map(|declared| declared.with_dropped_sequence("person_no"))
}

/// The engine evaluates the default of an archived column for each new row, so the sequence of a
/// default that was removed is still needed.
#[test]
fn archived_column_reports_the_sequence_of_its_default() {
    for dropped in [false, true] {
        let mut db = populated();
        let next = || match dropped {
            true => schema![v3::Person, v1::Club, v1::MemberOf; sequences ("person_no")],
            false => schema![v2::Person, v1::Club, v1::MemberOf; sequences ("person_no")],
        };
        let report = db.migrate_cleanly(next()).to_string();
        assert!(
            report.contains("the archive of Person.no still uses the sequence person_no"),
            "{report}"
        );
        let last = || {
            drops_sequence(match dropped {
                true => schema![v3::Person, v1::Club, v1::MemberOf],
                false => schema![v2::Person, v1::Club, v1::MemberOf],
            })
        };
        let e = db.assert_refused(last()).to_string();
        assert!(
            e.contains("the archive of Person.no still uses it")
                && e.contains("`.purge(\"Person.no\")` on the Migrator"),
            "{e}"
        );
        db.migrator(last())
            .purge("Person.no")
            .allow(HazardKind::DeletesData, "Person.no")
            .allow(HazardKind::Irreversible, "sequence person_no")
            .migrate()
            .unwrap_or_else(|e| panic!("{e}"));
        let new = match dropped {
            true => "CREATE (:Person {id: 3})",
            false => "CREATE (:Person {id: 3, no: 9})",
        };
        db.execute(&[new]);
        db.reopen();
        db.assert_up_to_date(last());
    }
}

/// The words that allow a purge are those of the declaration: a database with another history
/// archived the column under another name.
#[test]
fn allow_words_name_no_archive() {
    let db = populated();
    let next = || schema![v2::Person, v1::Club, v1::MemberOf; sequences ("person_no")];
    db.migrate_cleanly(next());
    let e = db.assert_fails(db.migrator(next()).purge("Person.no"));
    assert_eq!(
        e.help(),
        ["allow it with `.allow(HazardKind::DeletesData, \"Person.no\")` on the Migrator"],
        "{e}"
    );
}
