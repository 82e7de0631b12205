//! Rule 1: absent is not dropped.

use kuzu_ddl::kuzu::Database;
use kuzu_ddl::{Error, schema};

use crate::fixture::TestDatabase;

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        name: Option<String>,
        x: Option<i64>,
    }

    #[derive(KuzuNode)]
    pub(super) struct Product {
        #[kuzu(primary_key)]
        sku: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Product, pair(from = Person, to = Person))]
    pub(super) struct Bought {
        n: Option<i64>,
    }
}

mod v2 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        name: Option<String>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Person)]
    pub(super) struct Bought;
}

mod v3 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(dropped("x"))]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        name: Option<String>,
    }
}

fn everything() -> crate::fixture::Declaration {
    schema![v1::Person, v1::Product, v1::Bought]
}

fn populated() -> TestDatabase {
    let db = TestDatabase::migrated(everything());
    db.execute(&[
        "CREATE (:Person {id: 1, name: 'Ada', x: 11}), (:Person {id: 2, name: 'Bo', x: 22})",
        "CREATE (:Product {sku: 'tea'})",
        "MATCH (p:Person {id: 1}), (q:Product) CREATE (p)-[:Bought {n: 3}]->(q)",
        "MATCH (p:Person {id: 1}), (q:Person {id: 2}) CREATE (p)-[:Bought {n: 4}]->(q)",
    ]);
    db
}

const PERSONS: &str = "MATCH (p:Person) RETURN p.id, p.name, p.x ORDER BY p.id";
const BOUGHT: &str = "MATCH (p:Person)-[b:Bought]->(q:Product) RETURN p.id, b.n, q.sku";

#[test]
fn tables_of_an_unlinked_crate_are_kept() {
    let mut db = populated();
    let before = db.snapshot();
    let report = db.migrate_cleanly(schema![v1::Person]);
    assert!(
        report.steps.is_empty() && report.events.is_empty(),
        "{report}"
    );
    for object in ["Product", "Bought"] {
        let expected = format!("{object} is not declared and is kept");
        assert!(
            report.notes.iter().any(|note| note.starts_with(&expected)),
            "{report}"
        );
    }
    db.reopen();
    assert_eq!(db.rows(BOUGHT), "1|3|tea");
    // All of them may be missing.
    let report = db.migrate_cleanly(schema![]);
    assert_eq!((report.steps.len(), report.notes.len()), (0, 3), "{report}");
    let report = db.migrate_cleanly(everything());
    assert!(
        report.is_up_to_date() && report.notes.is_empty(),
        "{report}"
    );
    let catalog = |state: &str| state.lines().take(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(catalog(&db.snapshot()), catalog(&before));
    assert_eq!(db.rows(PERSONS), "1|Ada|11; 2|Bo|22");
}

#[test]
fn undeclared_properties_and_pairs_are_kept() {
    let db = populated();
    let report = db.migrate_cleanly(schema![v2::Person, v2::Bought]);
    assert!(report.is_up_to_date(), "{report}");
    for object in [
        "Person.x",
        "Bought.n",
        "Bought(Person -> Product)",
        "Product",
    ] {
        let expected = format!("{object} is not declared and is kept");
        assert!(
            report.notes.iter().any(|note| note.starts_with(&expected)),
            "{object} in {report}"
        );
    }
    assert_eq!(db.rows(PERSONS), "1|Ada|11; 2|Bo|22");
    assert_eq!(db.rows(BOUGHT), "1|3|tea");
    // Notes about undeclared objects are reported by every start that checks the catalog.
    assert!(db.migrate_cleanly(everything()).notes.is_empty());
}

#[test]
fn dropped_property_is_restored_with_its_values() {
    let mut db = populated();
    let report = db.migrate_cleanly(schema![v3::Person]);
    assert_eq!(report.steps.len(), 1, "{report}");
    assert!(
        report.to_string().contains("archive property Person.x"),
        "{report}"
    );
    assert_eq!(db.rows("CALL table_info('Person') RETURN count(*)"), "3");
    db.execute(&["CREATE (:Person {id: 3, name: 'Cy'})"]);
    db.reopen();

    let e = db.assert_refused(everything());
    assert!(
        matches!(&e, Error::Incompatible(_)) && e.to_string().contains(".restore(\"Person.x\")"),
        "{e}"
    );
    let report = db
        .migrator(everything())
        .restore("Person.x")
        .migrate()
        .unwrap();
    assert!(
        report.to_string().contains("restore property Person.x"),
        "{report}"
    );
    assert_eq!(db.rows(PERSONS), "1|Ada|11; 2|Bo|22; 3|Cy|NULL");
    db.assert_up_to_date(everything());
    db.reopen();
    assert_eq!(db.rows(PERSONS), "1|Ada|11; 2|Bo|22; 3|Cy|NULL");
    // The tombstone is complete: a binary that still has it does not drop the property again.
    db.assert_up_to_date(schema![v3::Person]);
    assert_eq!(db.rows(PERSONS), "1|Ada|11; 2|Bo|22; 3|Cy|NULL");
}

#[test]
fn dropped_property_is_recreated_empty_on_request() {
    let db = populated();
    db.migrate_cleanly(schema![v3::Person]);
    let e = db.assert_refused(everything());
    assert!(e.to_string().contains(".recreate(\"Person.x\")"), "{e}");
    db.migrator(everything())
        .recreate("Person.x")
        .migrate()
        .unwrap();
    assert_eq!(db.rows(PERSONS), "1|Ada|NULL; 2|Bo|NULL");
    db.assert_up_to_date(everything());
    // A repeated request has nothing left to do.
    let again = db
        .migrator(everything())
        .recreate("Person.x")
        .migrate()
        .unwrap();
    assert!(again.is_up_to_date(), "{again}");
}

#[test]
fn table_tombstone_archives_the_table() {
    let mut db = populated();
    let dropped = || schema![v1::Person; dropped "Bought", "Product"];
    let report = db.migrate_cleanly(dropped());
    assert_eq!(report.steps.len(), 2, "{report}");
    assert!(
        report
            .to_string()
            .contains("archive table Product as Product__a_"),
        "{report}"
    );
    db.reopen();
    db.assert_up_to_date(dropped());
    let e = db.assert_refused(everything());
    assert!(e.to_string().contains(".restore(\"Product\")"), "{e}");
    assert!(e.to_string().contains(".restore(\"Bought\")"), "{e}");
    let migrator = db
        .migrator(everything())
        .restore("Product")
        .restore("Bought");
    let report = migrator.migrate().unwrap();
    assert_eq!(report.steps.len(), 2, "{report}");
    db.assert_up_to_date(everything());
    db.reopen();
    assert_eq!(db.rows(BOUGHT), "1|3|tea");
}

#[test]
fn tombstone_of_a_table_in_use_is_refused() {
    let db = populated();
    let e = db.assert_refused(schema![v1::Person; dropped "Product"]);
    assert!(matches!(e, Error::Incompatible(_)), "{e}");
    assert!(
        e.to_string()
            .contains("the rel table `Bought` still uses it"),
        "{e}"
    );
    assert_eq!(db.rows(BOUGHT), "1|3|tea");
}

#[test]
fn undeclared_objects_are_archived_by_policy() {
    let db = populated();
    let migrator = db
        .migrator(schema![v2::Person])
        .undeclared_policy(kuzu_ddl::UndeclaredPolicy::Archive);
    let report = migrator.migrate().unwrap();
    assert_eq!(report.steps.len(), 3, "{report}");
    assert_eq!(
        db.rows("MATCH (p:Person) RETURN p.* ORDER BY p.id")
            .matches('|')
            .count(),
        4
    );
    let all = db.migrator(everything());
    let all = all.restore("Person.x").restore("Bought").restore("Product");
    all.migrate().unwrap();
    assert_eq!(db.rows(PERSONS), "1|Ada|11; 2|Bo|22");
    assert_eq!(db.rows(BOUGHT), "1|3|tea");
    let _: &Database = db.kuzu();
}
