//! What is known of an index before anything is touched: by a rehearsal, and by `check`.

use crate::fixture::documents::{ROWS, both, docs, found, index, steps, text, with};
use crate::fixture::{Bed, Said};
use kuzu_ddl::kuzu::Database;
use kuzu_ddl::schema::IndexKind;
use kuzu_ddl::{check_in, schema};

mod changed {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    /// Another key, which is rehearsed.
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

fn changed() -> Said {
    schema![changed::Doc, changed::Cites]
}

/// A rehearsal makes no index, and does not miss those that the plan makes after the commit.
#[test]
fn beside_a_change_that_is_rehearsed() {
    let bed = Bed::with(docs());
    bed.run(ROWS);
    let indexes: Vec<_> = both().unwrap().schema.tables[&"doc".into()]
        .indexes
        .values()
        .cloned()
        .collect();
    let report = bed.up(with(changed(), "Doc", &indexes));
    let steps = steps(&report).join("; ");
    assert!(steps.contains("copy the nodes of Doc"), "{steps}");
    assert_eq!(found(&bed, "Doc"), "20 dogs, nearest 7");
}

/// The change alone would do; with an index that the engine cannot make, nothing is touched.
#[test]
fn what_cannot_be_made_stops_all() {
    let bed = Bed::with(both());
    bed.run(ROWS);
    for bad in [
        text(&[("stopwords", "Nowhere")]),
        text(&[("ignore_pattern", "[a-f]+")]),
        index("near", IndexKind::Vector, &["title"], &[]),
    ] {
        bed.refused(with(changed(), "Doc", &[bad]));
        assert_eq!(found(&bed, "Doc"), "20 dogs, nearest 7");
    }
}

/// `check` makes the indexes, too, on its empty database.
#[test]
fn checked_on_an_empty_database() {
    let memory = || Database::in_memory(crate::fixture::config()).unwrap();
    check_in(&memory(), &both().unwrap(), None).unwrap();
    let bad = with(docs(), "Doc", &[text(&[("stopwords", "Nowhere")])]);
    let e = check_in(&memory(), &bad.unwrap(), None).unwrap_err();
    assert!(e.to_string().contains("no node table"), "{e}");
}
