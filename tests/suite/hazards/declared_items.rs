//! What a program declares is listed, and a program that declares nothing is refused.

use kuzu_ddl::schema;
use kuzu_ddl_core::declared::Declared;

use crate::fixture::TestDatabase;
use crate::fixture::documents::v1;

#[test]
fn declared_items_are_listed_with_their_source() {
    let declared = schema![v1::Doc, v1::Cites; sequences ("order_no"); dropped "Old"];
    let text = declared
        .map(|declared| declared.to_string())
        .unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 5, "{text}");
    assert_eq!(lines[0], "4 items are declared:");
    assert!(
        lines[1].starts_with("  rel table Cites (kuzu-ddl, tests/suite/fixture/documents.rs:"),
        "{text}"
    );
    assert!(lines[2].starts_with("  node table Doc ("), "{text}");
    assert_eq!(lines[3..], ["  sequence order_no", "  dropped table Old"]);
    assert_eq!(Declared::default().to_string(), "nothing is declared");
}

/// A schema that is given explicitly may be empty; `kuzu-ddl-runtime/tests/engine` has the program
/// without declarations.
#[test]
fn explicit_empty_schema_is_accepted() {
    let db = TestDatabase::new();
    db.migrate_cleanly(schema![]);
}
