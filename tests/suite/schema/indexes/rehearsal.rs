//! Checks of an index before any change: by a rehearsal, and by `check`.

use kuzu_ddl::kuzu::Database;
use kuzu_ddl::schema;
use kuzu_ddl::testing::check_on;
use kuzu_ddl_core::schema::IndexKind;

use crate::fixture::documents::{ROWS, both, docs, index, search_results, steps, text, with};
use crate::fixture::{Declaration, TestDatabase};

mod changed {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    /// Another key, whose change is rehearsed.
    #[derive(KuzuNode)]
    pub(super) struct Doc {
        id: i64,
        #[kuzu(primary_key)]
        title: String,
        v: [f32; 3],
        n: Option<i32>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Doc, to = Doc)]
    pub(super) struct Cites {
        w: i64,
    }
}

fn changed() -> Declaration {
    schema![changed::Doc, changed::Cites]
}

/// A rehearsal creates no index, and does not report those as missing that the plan creates after
/// the commit.
#[test]
fn rehearsal_accepts_indexes_created_after_the_commit() {
    let db = TestDatabase::migrated(docs());
    db.execute(ROWS);
    let indexes: Vec<_> = both().unwrap().schema.tables[&"doc".into()]
        .indexes
        .values()
        .cloned()
        .collect();
    let report = db.migrate_cleanly(with(changed(), "Doc", &indexes));
    let steps = steps(&report).join("; ");
    assert!(steps.contains("copy the nodes of Doc"), "{steps}");
    assert_eq!(search_results(&db, "Doc"), "20 dogs, nearest 7");
}

/// The change alone would succeed; with an index that the engine cannot create, nothing is changed.
#[test]
fn invalid_index_prevents_the_whole_migration() {
    let db = TestDatabase::migrated(both());
    db.execute(ROWS);
    for bad in [
        text(&[("stopwords", "Nowhere"), ("stemmer", "none")]),
        text(&[("ignore_pattern", "[a-f]+")]),
        index("near", IndexKind::Vector, &["title"], &[]),
    ] {
        db.assert_refused(with(changed(), "Doc", &[bad]));
        assert_eq!(search_results(&db, "Doc"), "20 dogs, nearest 7");
    }
}

/// `check` creates the indexes, too, on its empty database.
#[test]
fn check_creates_the_indexes() {
    let memory = || Database::in_memory(crate::fixture::config()).unwrap();
    check_on(&memory(), &both().unwrap(), None).unwrap();
    let nowhere = text(&[("stopwords", "Nowhere"), ("stemmer", "none")]);
    let bad = with(docs(), "Doc", &[nowhere]);
    let e = check_on(&memory(), &bad.unwrap(), None).unwrap_err();
    assert!(
        e.to_string()
            .contains("not a node table with one STRING property"),
        "{e}"
    );
}
