//! Lock files as text and over time, without an engine.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use expect_test::{Expect, expect};

use super::LockFile;
use super::difference::difference;
use super::removals::{UnaccountedRemoval, unaccounted_removals};
use crate::declared::{Declared, TableHints};
use crate::schema::*;

const TEXT: &str = r#"# kuzu-ddl schema lock, format 1

edge Bought MANY_ONE fwd crate=shop 1111111111111111
  ("odd \"one\"")->(Person) 1111111111111112
  quantity INT64 DEFAULT 1 1111111111111113

node "odd \"one\"" key="a b" crate=other-shop 2222222222222222
  "a b" STRING DEFAULT "'(it\\'s\n'" 2222222222222223

node Person key=id crate=shop was=Customer,"old one" 3333333333333333
  email STRING NULL was=mail 3333333333333334
  id INT64 3333333333333335
  place STRUCT(a DECIMAL(10, 2), b INT8[3])[] NULL 3333333333333336
  @whole FTS(email, id) ignore_pattern="[^a-z ]+" stemmer=german

sequence ticket start=1 increment=-2 min=-100 max=9223372036854775807 cycle
"#;

fn lock() -> LockFile {
    TEXT.parse().unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn text_is_read_back() {
    assert_eq!(lock().to_string(), TEXT);
    let bought = &lock().tables[&NameKey::new("bought")];
    assert_eq!(
        bought.table.properties[&NameKey::new("quantity")].default,
        Some(Expr::Int(1))
    );
    let odd = &lock().tables[&NameKey::new("odd \"one\"")];
    let default = Some(Expr::Text("(it's\n".into()));
    assert_eq!(odd.table.properties[&NameKey::new("a b")].default, default);
    // Another order, other line endings and more space yield the same lock.
    let other = TEXT.replace("  id INT64 3333333333333335\n", "");
    let other = other.replace(
        "  email STRING",
        "\tid   INT64 3333333333333335 \n  email STRING",
    );
    let other: LockFile = other.replace('\n', "\r\n").parse().unwrap();
    assert_eq!(other, lock());
}

#[test]
fn a_lock_of_what_a_lock_declares_is_the_same() {
    let declared = lock().declared();
    let mut again = lock();
    // Former names are hints, which a lock does not return.
    for table in again.tables.values_mut() {
        table.identity.former_names.clear();
        table
            .properties
            .values_mut()
            .for_each(|p| p.former_names.clear());
    }
    assert_eq!(LockFile::from_declared(&declared, Some(&lock())), again);
}

#[test]
fn bad_text_is_reported() {
    let broken = |from: &str, to: &str| {
        assert!(TEXT.contains(from), "{from}");
        let error = TEXT.replacen(from, to, 1).parse::<LockFile>().unwrap_err();
        format!("{error}\n")
    };
    let all = [
        broken("format 1", "format 2"),
        broken("# kuzu-ddl", "# cuckoo"),
        broken("  email", "<<<<<<< ours\n  email"),
        broken("  email", "=======\n  email"),
        broken("3333333333333334", "3333333333333335"),
        broken("3333333333333334", "zz"),
        broken("3333333333333334", ""),
        broken(
            "  id INT64 3333333333333335",
            "  email INT64 3333333333333335",
        ),
        broken("  id INT64 3333333333333335", ""),
        broken("id INT64", "id BIGINT"),
        broken("NULL was", "NUL was"),
        broken("key=id ", ""),
        broken("MANY_ONE", "MANY_TWO"),
        broken("node Person", "nodes Person"),
        broken("\"a b\" STRING", "\"a b STRING"),
        broken("(Person)", "Person"),
        broken("FTS(email, id)", "FTS"),
        broken("stemmer=german", "stemmer"),
        broken("start=1", "start=x"),
        broken("edge Bought MANY_ONE fwd crate=shop 1111111111111111\n", ""),
        broken("edge Bought", "edge person"),
    ];
    expect![[r##"
        line 1: unsupported format 2: this version of kuzu-ddl reads 1
        help: use a newer version of kuzu-ddl
        line 1: expected `# kuzu-ddl schema lock, format 1`, found "# cuckoo schema lock, format 1"
        line 11: unresolved merge conflict
        help: keep the lines of both sides and remove the conflict markers
        line 11: unresolved merge conflict
        help: keep the lines of both sides and remove the conflict markers
        line 16: `Person.id` and `Person.email` have the same id
        help: if two branches renamed one object, keep one of the lines
        line 11: expected an id of hexadecimal digits, found "zz"
        line 11: expected an id of hexadecimal digits, found "was=mail"
        line 12: duplicate property
        help: if two branches changed it, keep one of the lines
        line 16: the primary key of `Person` is not one of its properties
        line 12: `BIGINT` is not a Kùzu type: unknown type name `BIGINT`
        line 11: unexpected "was=mail 3333333333333334"
        line 10: expected `key=…` after the name of a node
        line 3: unknown multiplicity `MANY_TWO`: expected MANY_MANY, MANY_ONE, ONE_MANY or ONE_ONE
        line 10: expected `node`, `edge` or `sequence`, found "nodes Person key=id crate=shop was=Customer,\"old one\" 3333333333333333"
        line 8: unclosed quote
        line 4: expected `(A)->(B)`, found "(\"odd \\\"one\\\"\")->Person"
        line 14: expected `FTS(…)` or `VECTOR(…)`, found "FTS"
        line 14: expected an option `name=value`
        line 16: expected `start=… increment=… min=… max=…`
        line 3: indented line without a table
        line 16: the table that ends here is a duplicate
    "##]].assert_eq(&all.concat());
}

/// Cutting or inserting text anywhere never makes the parser panic.
#[test]
fn no_text_panics() {
    for (at, _) in TEXT.char_indices() {
        let _ = TEXT[..at].parse::<LockFile>();
        let _ = format!(
            "{}{}",
            &TEXT[..at],
            TEXT[at..].chars().skip(3).collect::<String>()
        )
        .parse::<LockFile>();
        let _ = format!("{}\"({}", &TEXT[..at], &TEXT[at..]).parse::<LockFile>();
    }
}

fn property(name: &str, ty: Type) -> Property {
    Property {
        name: name.into(),
        ty,
        nullable: false,
        default: None,
        comment: Some("not in the lock".into()),
    }
}

/// A name with former names.
type Named<'a> = (&'a str, &'a [&'a str]);

/// Declares node tables by name, with properties of type STRING and the key `id`, and former names
/// of tables and properties.
fn declared(tables: &[(&str, &[&str], &[Named<'_>])]) -> Declared {
    let mut declared = Declared::default();
    let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    for (name, olds, properties) in tables {
        let id = [(NameKey::new("id"), property("id", Type::Int64))];
        let others = properties
            .iter()
            .map(|(name, _)| (NameKey::new(name), property(name, Type::String)));
        let table = Table {
            name: (*name).to_owned(),
            kind: TableKind::Node {
                primary_key: NameKey::new("id"),
            },
            properties: id.into_iter().chain(others).collect(),
            indexes: BTreeMap::new(),
            comment: Some("nor this".into()),
        };
        let hints = TableHints {
            renamed_from: names(olds),
            property_renames: properties
                .iter()
                .filter(|(_, olds)| !olds.is_empty())
                .map(|(name, olds)| (NameKey::new(name), names(olds)))
                .collect(),
            package: "shop".into(),
            ..TableHints::default()
        };
        declared.schema.tables.insert(NameKey::new(name), table);
        declared.tables.insert(NameKey::new(name), hints);
    }
    declared
}

fn id(lock: &LockFile, table: &str, property: &str) -> String {
    lock.tables[&NameKey::new(table)].properties[&NameKey::new(property)]
        .id
        .clone()
}

#[test]
fn ids_stay_through_renames_and_are_new_after_them() {
    let first = LockFile::from_declared(
        &declared(&[("Person", &[], &[("mail", &[]), ("phone", &[])])]),
        None,
    );
    let swapped = declared(&[(
        "Human",
        &["Person"],
        &[("mail", &["phone"]), ("phone", &["mail"])],
    )]);
    let second = LockFile::from_declared(&swapped, Some(&first));
    assert_eq!(
        first.tables[&NameKey::new("person")].identity.id,
        second.tables[&NameKey::new("human")].identity.id
    );
    assert_eq!(id(&first, "person", "mail"), id(&second, "human", "phone"));
    assert_eq!(id(&first, "person", "phone"), id(&second, "human", "mail"));
    // The hints may remain and have no further effect.
    assert_eq!(LockFile::from_declared(&swapped, Some(&second)), second);
    assert_eq!(unaccounted_removals(&second, &swapped), []);
    // An object that takes a former name is another object.
    let third = declared(&[
        (
            "Human",
            &["Person"],
            &[("email", &["mail"]), ("phone", &["mail"]), ("mail", &[])],
        ),
        ("Person", &[], &[]),
    ]);
    let third = LockFile::from_declared(&third, Some(&second));
    assert_eq!(id(&third, "human", "email"), id(&second, "human", "mail"));
    assert_eq!(id(&third, "human", "phone"), id(&second, "human", "phone"));
    assert_ne!(
        third.tables[&NameKey::new("person")].identity.id,
        first.tables[&NameKey::new("person")].identity.id
    );
    assert_eq!(third.to_string().parse(), Ok(third));
}

#[test]
fn the_ids_are_those_of_the_first_events() {
    let lock = LockFile::from_declared(&declared(&[("Person", &[], &[("mail", &[])])]), None);
    let none = crate::event::Dependencies::default();
    use crate::event::{ObjectKind, object_id};
    let table = object_id(ObjectKind::NodeTable, None, &NameKey::new("person"), &none);
    let mail = object_id(
        ObjectKind::Property,
        Some(table),
        &NameKey::new("mail"),
        &none,
    );
    assert!(
        table
            .to_string()
            .starts_with(&lock.tables[&NameKey::new("person")].identity.id)
    );
    assert!(mail.to_string().starts_with(&id(&lock, "person", "mail")));
}

fn expect_removals(lost: &[UnaccountedRemoval], want: &Expect) {
    let all: Vec<String> = lost.iter().map(|lost| format!("{lost}\n")).collect();
    want.assert_eq(&all.concat());
}

#[test]
fn removals_are_reported_with_both_remedies() {
    let old = declared(&[("Person", &[], &[("mail", &[])]), ("Order", &[], &[])]);
    let mut lock = LockFile::from_declared(&old, None);
    let mut other = lock.tables[&NameKey::new("order")].clone();
    other.krate = "other-shop".into();
    other.table.name = "Elsewhere".into();
    lock.tables.insert(NameKey::new("elsewhere"), other);
    let mut new = declared(&[("Person", &[], &[("email", &[])]), ("Invoice", &[], &[])]);
    expect_removals(
        &unaccounted_removals(&lock, &new),
        &expect![[r#"
            no struct of the crate `other-shop` is linked into this binary
            help: link it with `use other_shop as _;`
            help: or archive its table with `kuzu_ddl::dropped_table!("Elsewhere");`
            the table `Order` has no struct
            help: if it was renamed to `Invoice`, add to its struct: `#[kuzu(renamed_from = "Order")]`
            help: if it was removed, archive it with `kuzu_ddl::dropped_table!("Order");`
            the property `Person.mail` has no field
            help: if it was renamed to `email`, add to its field: `#[kuzu(renamed_from = "mail")]`
            help: if it was removed, archive it by adding to the struct: `#[kuzu(dropped("mail"))]`
        "#]],
    );
    new.dropped_tables
        .insert(NameKey::new("order"), "Order".into());
    new.dropped_tables
        .insert(NameKey::new("elsewhere"), "Elsewhere".into());
    new.tables
        .get_mut(&NameKey::new("person"))
        .unwrap()
        .dropped
        .insert(NameKey::new("mail"));
    assert_eq!(unaccounted_removals(&lock, &new), []);
}

#[test]
fn a_removed_sequence_is_reported() {
    let lock = LockFile::from_declared(&declared(&[]).with_sequence("order_no", 1, 1), None);
    let new = declared(&[]);
    expect_removals(
        &unaccounted_removals(&lock, &new),
        &expect![[r#"
            the sequence `order_no` is no longer declared
            help: declare it with `kuzu_ddl::sequence!("order_no");`
            help: or drop it and its current value with `kuzu_ddl::dropped_sequence!("order_no");`
        "#]],
    );
    assert_eq!(
        unaccounted_removals(&lock, &new.with_dropped_sequence("order_no")),
        []
    );
}

#[test]
fn differences_stand_under_their_table() {
    let new = TEXT.replace("DEFAULT 1 ", "DEFAULT 2 ").replace(
        "  id INT64",
        "  age INT8 NULL 4444444444444444\n  id INT128",
    );
    expect![[r#"
          edge Bought MANY_ONE fwd crate=shop 1111111111111111
        -   quantity INT64 DEFAULT 1 1111111111111113
        +   quantity INT64 DEFAULT 2 1111111111111113
          node Person key=id crate=shop was=Customer,"old one" 3333333333333333
        -   id INT64 3333333333333335
        +   age INT8 NULL 4444444444444444
        +   id INT128 3333333333333335
    "#]]
    .assert_eq(&difference(TEXT, &new));
    assert_eq!(difference(TEXT, TEXT), "");
    assert!(
        difference("", TEXT)
            .lines()
            .all(|line| line.starts_with(['+', ' ']))
    );
}
