//! Declarations built without the derives, which would refuse them.

use kuzu_ddl::{Declared, Error};
use kuzu_ddl_core::schema::name::NameKey;
use kuzu_ddl_core::schema::{Expr, StructField, Type};

use super::{declared, edge, illegal_names, node, odd_names, property, unchecked};
use crate::fixture::TestDatabase;

fn populated() -> TestDatabase {
    let db = TestDatabase::migrated(declared([node("A", vec![])]));
    db.execute(&["CREATE (:A {id: 1})"]);
    db
}

#[test]
fn odd_names_are_accepted() {
    for name in odd_names() {
        let mut db = populated();
        let text = || {
            Some(Expr::Text(format!(
                "{}'\\",
                name.chars().take(9).collect::<String>()
            )))
        };
        let rel = format!("{name}!");
        let tables = |also: &str| {
            declared([
                node("A", vec![]),
                node(
                    &name,
                    vec![property(&name.replace("id", "x"), Type::String, text())],
                ),
                edge(
                    &rel[rel.len().saturating_sub(1024)..],
                    &name,
                    "A",
                    vec![property(also, Type::Int64, None)],
                ),
            ])
        };
        if rel.len() <= 1024 {
            db.migrate_cleanly(tables("w"));
            db.execute(&[&format!("CREATE (:`{name}` {{id: 5}})")]);
            // Tables and properties are renamed and archived under such names.
            let mut later = tables("w").unwrap();
            let hints = later.tables.get_mut(&NameKey::new(&name)).unwrap();
            let mut table = later.schema.tables.remove(&NameKey::new(&name)).unwrap();
            let moved = format!("{name}2");
            let mut hints = std::mem::take(hints);
            hints.renamed_from = vec![name.clone()];
            hints.dropped = [NameKey::new(&name.replace("id", "x"))].into();
            table
                .properties
                .remove(&NameKey::new(&name.replace("id", "x")));
            table.name.clone_from(&moved);
            table.comment = Some(format!("{name}'\\"));
            later.schema.tables.insert(NameKey::new(&moved), table);
            later.tables.insert(NameKey::new(&moved), hints);
            later.tables.remove(&NameKey::new(&name));
            later.schema.tables.remove(&NameKey::new(&rel));
            later.tables.remove(&NameKey::new(&rel));
            db.migrate_cleanly(Ok(later.clone()));
            db.reopen();
            db.assert_up_to_date(Ok(later));
            assert_eq!(
                db.rows(&format!("MATCH (x:`{moved}`) RETURN x.id")),
                "5",
                "{name:?}"
            );
        } else {
            db.migrate_cleanly(declared([node("A", vec![]), node(&name, vec![])]));
        }
        assert_eq!(db.rows("MATCH (a:A) RETURN a.*"), "1", "{name:?}");
    }
}

#[test]
fn illegal_names_are_refused() {
    let mut db = populated();
    let refuse = |declared: Declared| {
        let e = db.assert_refused(Ok(declared));
        assert!(matches!(e, Error::Incompatible(_)), "{e}");
        assert!(e.to_string().len() < 2_000, "{e}");
    };
    for name in illegal_names() {
        refuse(unchecked([node(&name, vec![])]));
        refuse(unchecked([node(
            "B",
            vec![property(&name, Type::String, None)],
        )]));
        refuse(unchecked([node(
            "A",
            vec![property(&name, Type::String, None)],
        )]));
        refuse(unchecked([
            node("A", vec![]),
            edge(&name, "A", "A", vec![]),
        ]));
        refuse(unchecked([
            node("A", vec![]),
            edge("R", "A", "A", vec![property(&name, Type::Bool, None)]),
        ]));
    }
    for name in ["_id", "_LABEL", "_src", "_dst"] {
        refuse(unchecked([node(
            "B",
            vec![property(name, Type::String, None)],
        )]));
        refuse(unchecked([node(
            "A",
            vec![property(name, Type::String, None)],
        )]));
    }
    db.reopen();
    assert_eq!(db.rows("MATCH (a:A) RETURN a.*"), "1");
}

#[test]
fn illegal_names_in_hints_have_no_effect() {
    let db = populated();
    for name in illegal_names() {
        // No object can have such a name, so the hints have no effect.
        let mut declared = unchecked([node("A", vec![])]);
        declared
            .dropped_tables
            .insert(NameKey::new(&name), name.clone());
        let hints = declared.tables.get_mut(&NameKey::new("A")).unwrap();
        hints.renamed_from = vec![name.clone()];
        hints.dropped = [NameKey::new(&name)].into();
        hints
            .property_renames
            .insert(NameKey::new("id"), vec![name.clone()]);
        let report = db.migrate(Ok(declared)).unwrap();
        assert!(report.is_up_to_date(), "{report}");
    }
    // A request for such an object is an error, and changes nothing.
    for name in illegal_names() {
        let declared = || declared([node("A", vec![])]);
        for migrator in [
            db.migrator(declared()).restore(&*name),
            db.migrator(declared()).recreate(&*name),
            db.migrator(declared()).purge(&*name),
        ] {
            let e = db.assert_fails(migrator);
            assert!(matches!(e, Error::Incompatible(_)), "{e}");
            assert!(e.to_string().len() < 2000, "{e}");
        }
    }
}

fn nested(depth: usize) -> Type {
    (1..depth).fold(Type::Int64, |ty, i| match i % 3 {
        0 => Type::List(Box::new(ty)),
        1 => Type::Struct(vec![StructField {
            name: "a".into(),
            ty,
        }]),
        _ => Type::Map(Box::new(Type::String), Box::new(ty)),
    })
}

#[test]
fn nested_types_are_stored_or_refused() {
    let mut db = populated();
    let with = |ty: Type| declared([node("A", vec![]), node("N", vec![property("x", ty, None)])]);
    db.migrate_cleanly(with(nested(12)));
    db.reopen();
    db.assert_up_to_date(with(nested(12)));
    // Every depth that is accepted can be read again.
    for depth in [16, 24, 32, 48, 64] {
        let db = populated();
        match db.migrate(with(nested(depth))) {
            Ok(_) => db.assert_up_to_date(with(nested(depth))),
            Err(e) => assert!(matches!(e, Error::Incompatible(_)), "{e}"),
        }
        db.migrate(declared([node("A", vec![])])).unwrap();
    }
    let db = populated();
    for depth in [65, 1_000] {
        assert!(matches!(
            db.assert_refused(with(nested(depth))),
            Error::Incompatible(_)
        ));
    }
    for ty in [
        Type::Decimal {
            precision: 0,
            scale: 0,
        },
        Type::Decimal {
            precision: 9,
            scale: 10,
        },
        Type::Array(Box::new(Type::Int64), 0),
        Type::Struct(vec![]),
        Type::Struct(vec![StructField {
            name: "a b); DROP".into(),
            ty: Type::Bool,
        }]),
        Type::List(Box::new(Type::Serial)),
        Type::Unknown("INT64, y STRING); DROP TABLE A".into()),
    ] {
        let e = db.assert_refused(with(ty));
        assert!(matches!(e, Error::Incompatible(_)), "{e}");
    }
}

#[test]
fn invalid_defaults_are_refused() {
    let db = populated();
    for expr in [
        Expr::Opaque("1); DROP TABLE A".into()),
        Expr::Call("load_extension".into(), vec![]),
        Expr::Int(300),
        Expr::Text("x".repeat(100_000)),
        Expr::Struct(vec![("a}) RETURN 1; DROP TABLE A //".into(), Expr::Int(1))]),
        (0..100).fold(Expr::Int(1), |e, _| Expr::Negate(Box::new(e))),
    ] {
        for tables in [
            [node(
                "A",
                vec![property("x", Type::Int8, Some(expr.clone()))],
            )],
            [node(
                "B",
                vec![property("x", Type::Int8, Some(expr.clone()))],
            )],
        ] {
            let e = db.assert_refused(declared(tables));
            assert!(matches!(e, Error::Incompatible(_)), "{e}");
        }
    }
    // Values that only the engine can check are rehearsed before any change.
    let date = Some(Expr::Text("not a date".into()));
    let e = db.assert_refused(declared([node("A", vec![property("d", Type::Date, date)])]));
    assert!(matches!(e, Error::RehearsalFailed { .. }), "{e}");
}

#[test]
fn comments_of_any_text_are_stored() {
    let mut db = populated();
    let declaration = |text: &str| {
        let mut table = node("A", vec![property("p", Type::Bool, None)]);
        table.comment = Some(text.to_owned());
        table
            .properties
            .values_mut()
            .for_each(|p| p.comment = Some(text.to_owned()));
        declared([table])
    };
    let long = "long'\\🦀\n".repeat(5_900);
    for text in [
        "'",
        "\\",
        "\\'",
        "'; DROP TABLE A; --",
        "🦀\n\"\t`",
        "\u{1}",
        &long,
    ] {
        db.migrate_cleanly(declaration(text));
        assert_eq!(
            db.rows("CALL show_tables() WHERE name = 'A' RETURN comment"),
            *text
        );
        db.reopen();
        db.assert_up_to_date(declaration(text));
    }
    for text in ["", "a\0b", &"x".repeat(100 << 10)] {
        assert!(matches!(
            db.assert_refused(declaration(text)),
            Error::Incompatible(_)
        ));
    }
}

#[test]
fn contradictory_declarations_are_refused() {
    let db = TestDatabase::new();
    let mut wrong = unchecked([node("A", vec![])]);
    let table = wrong.schema.tables.remove(&NameKey::new("A")).unwrap();
    wrong.schema.tables.insert(NameKey::new("B"), table);
    assert!(matches!(
        db.assert_refused(Ok(wrong)),
        Error::Incompatible(_)
    ));

    let mut no_key = unchecked([node("B", vec![])]);
    no_key
        .schema
        .tables
        .get_mut(&NameKey::new("B"))
        .unwrap()
        .properties
        .clear();
    assert!(matches!(
        db.assert_refused(Ok(no_key)),
        Error::Incompatible(_)
    ));

    let db = populated();
    // Endpoints that do not exist, or that are no node tables.
    for (from, to) in [
        ("A", "Nowhere"),
        ("Nowhere", "Nowhere"),
        ("R", "A"),
        ("a`b", "A"),
    ] {
        let e = db.assert_refused(declared([node("A", vec![]), edge("R", from, to, vec![])]));
        assert!(
            matches!(e, Error::Incompatible(_) | Error::Unplannable(_)),
            "{from} {to}: {e}"
        );
    }
}

#[test]
fn longest_names_are_archived_and_restored() {
    let name = "n".repeat(1024);
    let declaration = || {
        declared([
            node("A", vec![]),
            node(&name, vec![property(&name, Type::String, None)]),
        ])
    };
    let mut db = TestDatabase::migrated(declaration());
    db.execute(&[&format!("CREATE (:`{name}` {{id: 1, `{name}`: 'one'}})")]);
    let mut later = unchecked([node("A", vec![])]);
    later
        .dropped_tables
        .insert(NameKey::new(&name), name.clone());
    db.migrate_cleanly(Ok(later));
    db.reopen();
    db.migrator(declaration())
        .restore(name.clone())
        .migrate()
        .unwrap();
    db.assert_up_to_date(declaration());
    let mut later = declaration().unwrap();
    let key = NameKey::new(&name);
    later
        .schema
        .tables
        .get_mut(&key)
        .unwrap()
        .properties
        .remove(&key);
    later.tables.get_mut(&key).unwrap().dropped.insert(key);
    db.migrate_cleanly(Ok(later));
    db.reopen();
    db.migrator(declaration())
        .restore(format!("{name}.{name}"))
        .migrate()
        .unwrap();
    assert_eq!(
        db.rows(&format!("MATCH (x:`{name}`) RETURN x.id, x.`{name}`")),
        "1|one"
    );
    db.assert_up_to_date(declaration());
}
