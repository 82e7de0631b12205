//! The history of a database, its points, and their differences.

use kuzu_ddl::history::{History, HistoryError, Point};
use kuzu_ddl::model::compare;
use kuzu_ddl::{Error, schema};
use kuzu_ddl_runtime::queries::{live_schema, remove_tag, set_tag};

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    /// A person.
    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        name: String,
        #[kuzu(default = 3)]
        rank: i32,
    }

    #[derive(KuzuNode)]
    pub(super) struct City {
        #[kuzu(primary_key)]
        name: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = City, multiplicity = "many_one")]
    pub(super) struct Lives {
        since: Option<i64>,
    }
}

mod v2 {
    use kuzu_ddl::KuzuNode;

    /// A human being.
    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "Person", dropped("rank"))]
    pub(super) struct Human {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(renamed_from = "name")]
        full_name: String,
        email: Option<String>,
    }
}

mod v2e {
    use kuzu_ddl::KuzuEdge;

    #[derive(KuzuEdge)]
    #[kuzu(from = super::v2::Human, to = super::v1::City, multiplicity = "many_one")]
    pub(super) struct Lives {
        since: Option<i64>,
    }
}

fn old() -> Declaration {
    schema![v1::Person, v1::City, v1::Lives]
}

fn new() -> Declaration {
    schema![v2::Human, v1::City, v2e::Lives]
}

#[test]
fn history_lists_every_event() {
    let db = TestDatabase::new();
    assert_eq!(History::read(db.kuzu()).unwrap().to_string(), "no history");
    db.migrator(old()).application("shop 1").migrate().unwrap();
    db.migrator(new()).application("shop 2").migrate().unwrap();
    let history = History::read(db.kuzu()).unwrap();
    let text = history.to_string();
    for line in [
        "revision 1, 20",
        ", shop 1, kuzu-ddl ",
        "create node table Person(id INT64 PRIMARY KEY)",
        "add property Person.rank INT32",
        "comment on table Person",
        "create rel table Lives",
        "add pair Lives(Person -> City)",
        "revision 2, 20",
        "rename table Person to Human",
        "rename property Human.name to full_name",
        "drop property Human.rank",
        "add property Human.email STRING",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert_eq!(history.entries().len(), db.ledger().events.len());
    let last = history.entries().last().unwrap();
    assert_eq!(
        (last.revision, last.application.as_deref()),
        (Some(2), Some("shop 2"))
    );
    assert!(last.recorded_at_ms > 1_700_000_000_000 && last.duration_ms < 60_000);
    let json = serde_json::to_string(history.entries()).unwrap();
    let read: Vec<kuzu_ddl_runtime::history::Entry> = serde_json::from_str(&json).unwrap();
    assert_eq!(read, history.entries());
}

#[test]
fn difference_of_any_two_points() {
    let db = TestDatabase::migrated(old());
    let before = History::read(db.kuzu())
        .unwrap()
        .schema_at(&Point::Now)
        .unwrap();
    db.migrate_cleanly(new());
    let history = History::read(db.kuzu()).unwrap();
    assert_eq!(history.schema_at(&Point::Revision(1)).unwrap(), before);
    let end = history.revisions()[&1].events.last().copied().unwrap();
    assert_eq!(history.schema_at(&end.into()).unwrap(), before);
    // The event depends on fewer objects than the database had by then.
    let known = history.schema_seen_by(end).unwrap();
    assert!(known.tables.len() <= before.tables.len());
    let comparison = history.compare(&Point::Revision(1), &Point::Now).unwrap();
    assert_eq!(
        comparison.to_string(),
        "~ node table Human: renamed from Person\n\
         ~ node table Human: comment A person. -> A human being.\n\
         + property Human.email STRING\n\
         ~ property Human.full_name: renamed from name\n\
         - property Human.rank"
    );
    let back = history.compare(&Point::Now, &Point::Revision(1)).unwrap();
    assert!(
        back.to_string()
            .contains("+ property Person.rank INT32 DEFAULT CAST(3 AS INT32)")
    );
    assert!(
        history
            .compare(&Point::Now, &Point::Now)
            .unwrap()
            .is_empty()
    );

    let first = history.entries()[0].event;
    assert_eq!(history.point(&first.abbreviate()), Ok(Point::Event(first)));
    assert_eq!(history.point("revision 1"), Ok(Point::Revision(1)));
    assert!(history.schema_at(&Point::Time(0)).is_err());
    assert_eq!(
        history
            .schema_at(&std::time::SystemTime::now().into())
            .unwrap(),
        history.schema_at(&Point::Now).unwrap()
    );
    assert_eq!(
        history.schema_at(&Point::Revision(9)),
        Err(HistoryError::UnknownRevision(9))
    );
}

#[test]
fn schemas_of_two_databases_are_compared() {
    let (a, b) = (TestDatabase::migrated(old()), TestDatabase::migrated(old()));
    let comparison = compare(
        &live_schema(a.kuzu()).unwrap(),
        &live_schema(b.kuzu()).unwrap(),
    );
    assert_eq!(comparison.to_string(), "no differences");
    b.migrate_cleanly(new());
    b.execute(&["CREATE NODE TABLE Foreign(id INT64 PRIMARY KEY)"]);
    let comparison = compare(
        &live_schema(a.kuzu()).unwrap(),
        &live_schema(b.kuzu()).unwrap(),
    );
    let text = comparison.to_string();
    // Archived objects are not part of the schema.
    assert!(!text.contains("__a_"), "{text}");
    for line in [
        "- node table Person",
        "+ node table Human(email STRING, full_name STRING, id INT64 PRIMARY KEY)",
        "+ node table Foreign(id INT64 PRIMARY KEY)",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let fold = |db: &TestDatabase| {
        let history = History::read(db.kuzu()).unwrap();
        history.fold_at(&Point::Now).unwrap()
    };
    let known = kuzu_ddl_core::fold::compare(&fold(&a), &fold(&b)).to_string();
    assert!(known.contains("Human: renamed from Person"), "{known}");
}

#[test]
fn tags_name_points_of_the_history() {
    let mut db = TestDatabase::new();
    let e = set_tag(db.kuzu(), "v1", &Point::Now).unwrap_err();
    assert!(matches!(e, Error::History(_) | Error::Engine(_)), "{e}");
    db.migrate_cleanly(old());
    let tag = set_tag(db.kuzu(), "v1", &Point::Now).unwrap();
    assert_eq!(set_tag(db.kuzu(), "v1", &Point::Now).unwrap(), tag);
    db.assert_up_to_date(old());
    db.migrate_cleanly(new());
    db.reopen();
    let history = History::read(db.kuzu()).unwrap();
    assert_eq!(history.tags()["v1"], tag);
    assert_eq!(tag.revision, 1);
    assert_eq!(history.point("v1"), Ok(Point::tag("v1")));
    assert_eq!(
        history.schema_at(&Point::tag("v1")).unwrap(),
        history.schema_at(&Point::Revision(1)).unwrap()
    );
    assert!(history.to_string().contains("  tag v1"));

    let e = set_tag(db.kuzu(), "v1", &Point::Now).unwrap_err();
    assert!(e.to_string().contains("remove_tag(&db, \"v1\")"), "{e}");
    for name in ["", "a b", "deadbeef", "x`y", "'; --"] {
        let e = set_tag(db.kuzu(), name, &Point::Now).unwrap_err();
        assert!(
            matches!(e, Error::History(HistoryError::InvalidTagName { .. })),
            "{e}"
        );
    }
    let e = set_tag(db.kuzu(), "v9", &Point::Revision(9)).unwrap_err();
    assert!(e.to_string().contains("unknown revision 9"), "{e}");
    remove_tag(db.kuzu(), "v1").unwrap();
    let e = remove_tag(db.kuzu(), "v1").unwrap_err();
    assert_eq!(
        e.to_string(),
        "unknown tag `v1`\nhelp: list the tags with `History::tags`"
    );
    set_tag(db.kuzu(), "v1", &Point::Now).unwrap();
    db.assert_up_to_date(new());
}
