//! Tests of the comparison.

use expect_test::expect;

use super::text::{index_text, sequence_text};
use super::{RenameMap, compare, compare_with_renames};
use crate::schema::{Index, IndexKind, NameKey, Sequence};
use crate::test_schema::sketch;

#[test]
fn json_texts_are_those_of_serde() {
    let index = |kind| Index {
        name: "by \"name\"".into(),
        kind,
        properties: vec![NameKey::new("a"), NameKey::new("b")],
        options: [("stemmer".into(), "none".into()), ("x".into(), "\n".into())].into(),
    };
    for kind in [
        IndexKind::FullText,
        IndexKind::Vector,
        IndexKind::Other("q".into()),
    ] {
        let index = index(kind);
        let json = serde_json::to_string(&index).expect("JSON");
        let table = sketch("node T: a INT64, b INT64").schema;
        let table = table.table("T").expect("a table");
        assert_eq!(index_text(&index, table), json);
    }
    let sequence = Sequence {
        name: "s".into(),
        start: 1,
        increment: -2,
        min: i64::MIN,
        max: i64::MAX,
        cycle: true,
    };
    let json = serde_json::to_string(&sequence).expect("JSON");
    assert_eq!(sequence_text(&sequence), json);
}

#[test]
fn lines() {
    let from = sketch(
        "node Person: id INT64, mail STRING, age INT32 # Old.
         node City: name STRING
         edge Lives Person>City: since DATE
         node Gone: id INT64",
    );
    let to = sketch(
        "node Human: id INT64, email STRING, age INT64 = 3 # New.
         node City: name STRING, code UUID
         edge Lives Human>City City>City MANY_ONE: since DATE
         node New: id INT64, k STRING = 'x'",
    );
    let mut renames = RenameMap::default();
    let key = NameKey::new;
    renames.tables.insert(key("Person"), key("Human"));
    let place = (key("Person"), key("mail"));
    renames.properties.insert(place, key("email"));
    let found = compare_with_renames(&from.schema, &to.schema, &renames);
    expect![[r#"
        + property City.code UUID
        - node table Gone
        ~ node table Human: renamed from Person
        ~ node table Human: comment Old. -> New.
        ~ property Human.age: type INT32 -> INT64
        ~ property Human.age: default none -> CAST(3 AS INT64)
        ~ property Human.email: renamed from mail
        ~ rel table Lives: multiplicity MANY_MANY -> MANY_ONE
        + pair Lives(City -> City)
        + node table New(id INT64 PRIMARY KEY, k STRING DEFAULT CAST('x' AS STRING))"#]]
    .assert_eq(&found.to_string());
    assert!(compare(&from.schema, &from.schema).is_empty());
    let text = compare(&from.schema, &to.schema).to_string();
    assert!(text.contains("- node table Person") && text.contains("+ node table Human("));
}

/// Names are shown as they are spelled: those of node tables in pairs, keys, indexed properties.
#[test]
fn names_are_shown_as_declared() {
    let from = sketch(
        "node Person: Id INT64, Code STRING
         node City: Name STRING
         edge Lives Person>City: since DATE",
    );
    let to = sketch(
        "node Person: Code STRING, Id INT64
         node City: Name STRING
         edge Lives City>Person: since DATE
         edge Knows Person>Person",
    );
    expect![[r#"
        + rel table Knows(Person -> Person)
        + pair Lives(City -> Person)
        - pair Lives(Person -> City)
        ~ node table Person: primary key Id -> Code
        ~ property Person.Code: nullability nullable -> required
        ~ property Person.Id: nullability required -> nullable"#]]
    .assert_eq(&compare(&from.schema, &to.schema).to_string());
    let index = Index {
        name: "by_code".into(),
        kind: IndexKind::FullText,
        properties: vec![NameKey::new("Code")],
        options: Default::default(),
    };
    let person = from.schema.table("Person").expect("a table");
    assert!(index_text(&index, person).contains("\"properties\":[\"Code\"]"));
}
