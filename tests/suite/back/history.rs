//! The history of a database, its points, and their differences.

use crate::bed::{Bed, Said};
use kuzu_ddl::history::{live_schema, remove_tag, set_tag};
use kuzu_ddl::{Error, History, HistoryError, Point, compare, schema};

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

fn old() -> Said {
    schema![v1::Person, v1::City, v1::Lives]
}

fn new() -> Said {
    schema![v2::Human, v1::City, v2e::Lives]
}

#[test]
fn every_event_is_told() {
    let bed = Bed::new();
    assert_eq!(History::read(bed.db()).unwrap().to_string(), "no history");
    bed.migrator(old()).app("shop 1").migrate().unwrap();
    bed.migrator(new()).app("shop 2").migrate().unwrap();
    let history = History::read(bed.db()).unwrap();
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
    assert_eq!(history.entries().len(), bed.ledger().events.len());
    let last = history.entries().last().unwrap();
    assert_eq!(
        (last.revision, last.app.as_deref()),
        (Some(2), Some("shop 2"))
    );
    assert!(last.at > 1_700_000_000_000 && last.took < 60_000);
    let json = serde_json::to_string(history.entries()).unwrap();
    let read: Vec<kuzu_ddl::history::Entry> = serde_json::from_str(&json).unwrap();
    assert_eq!(read, history.entries());
}

#[test]
fn any_two_points() {
    let bed = Bed::with(old());
    let before = History::read(bed.db())
        .unwrap()
        .schema_at(&Point::Now)
        .unwrap();
    bed.up(new());
    let history = History::read(bed.db()).unwrap();
    assert_eq!(history.schema_at(&Point::Revision(1)).unwrap(), before);
    let end = history.revisions()[&1].events.last().copied().unwrap();
    assert_eq!(history.schema_at(&end.into()).unwrap(), before);
    // The event leans on less than the database had by then.
    let known = history.schema_known_to(end).unwrap();
    assert!(known.tables.len() <= before.tables.len());
    let found = history
        .difference(&Point::Revision(1), &Point::Now)
        .unwrap();
    assert_eq!(
        found.to_string(),
        "~ node table Human: renamed from Person\n\
         ~ node table Human: comment A person. -> A human being.\n\
         + property Human.email STRING\n\
         ~ property Human.full_name: renamed from name\n\
         - property Human.rank"
    );
    let back = history
        .difference(&Point::Now, &Point::Revision(1))
        .unwrap();
    assert!(
        back.to_string()
            .contains("+ property Person.rank INT32 DEFAULT CAST(3 AS INT32)")
    );
    assert!(
        history
            .difference(&Point::Now, &Point::Now)
            .unwrap()
            .is_empty()
    );

    let first = history.entries()[0].event;
    assert_eq!(history.point(&first.short()), Ok(Point::Event(first)));
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
        Err(HistoryError::NoRevision(9))
    );
}

#[test]
fn two_databases() {
    let (a, b) = (Bed::with(old()), Bed::with(old()));
    let same = compare(&live_schema(a.db()).unwrap(), &live_schema(b.db()).unwrap());
    assert_eq!(same.to_string(), "no differences");
    b.up(new());
    b.run(&["CREATE NODE TABLE Foreign(id INT64 PRIMARY KEY)"]);
    let found = compare(&live_schema(a.db()).unwrap(), &live_schema(b.db()).unwrap());
    let text = found.to_string();
    // What is archived is no part of the schema.
    assert!(!text.contains("__a_"), "{text}");
    for line in [
        "- node table Person",
        "+ node table Human(email STRING, full_name STRING, id INT64 PRIMARY KEY)",
        "+ node table Foreign(id INT64 PRIMARY KEY)",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let fold = |bed: &Bed| {
        let history = History::read(bed.db()).unwrap();
        history.fold_at(&Point::Now).unwrap()
    };
    let known = kuzu_ddl::history::compare_states(&fold(&a), &fold(&b)).to_string();
    assert!(known.contains("Human: renamed from Person"), "{known}");
}

#[test]
fn tags() {
    let mut bed = Bed::new();
    let e = set_tag(bed.db(), "v1", &Point::Now).unwrap_err();
    assert!(matches!(e, Error::History(_) | Error::Engine(_)), "{e}");
    bed.up(old());
    let tag = set_tag(bed.db(), "v1", &Point::Now).unwrap();
    assert_eq!(set_tag(bed.db(), "v1", &Point::Now).unwrap(), tag);
    bed.settled(old());
    bed.up(new());
    bed.reopen();
    let history = History::read(bed.db()).unwrap();
    assert_eq!(history.tags()["v1"], tag);
    assert_eq!(tag.revision, 1);
    assert_eq!(history.point("v1"), Ok(Point::tag("v1")));
    assert_eq!(
        history.schema_at(&Point::tag("v1")).unwrap(),
        history.schema_at(&Point::Revision(1)).unwrap()
    );
    assert!(history.to_string().contains("  tag v1"));

    let e = set_tag(bed.db(), "v1", &Point::Now).unwrap_err();
    assert!(e.to_string().contains("remove_tag(&db, \"v1\")"), "{e}");
    for name in ["", "a b", "deadbeef", "x`y", "'; --"] {
        let e = set_tag(bed.db(), name, &Point::Now).unwrap_err();
        assert!(
            matches!(e, Error::History(HistoryError::TagName { .. })),
            "{e}"
        );
    }
    let e = set_tag(bed.db(), "v9", &Point::Revision(9)).unwrap_err();
    assert!(e.to_string().contains("no revision 9"), "{e}");
    remove_tag(bed.db(), "v1").unwrap();
    let e = remove_tag(bed.db(), "v1").unwrap_err();
    assert_eq!(
        e.to_string(),
        "there is no tag `v1`; `History::tags` lists them"
    );
    set_tag(bed.db(), "v1", &Point::Now).unwrap();
    bed.settled(new());
}
