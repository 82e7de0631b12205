//! Declarations built by hand, where the derives would refuse.

use super::{declare, edge, illegal_names, node, odd_names, property, said};
use crate::fixture::Bed;
use kuzu_ddl::schema::{Expr, Key, StructField, Type};
use kuzu_ddl::{Declared, Error};

fn marked() -> Bed {
    let bed = Bed::with(said([node("A", vec![])]));
    bed.run(&["CREATE (:A {id: 1})"]);
    bed
}

#[test]
fn odd_names_work() {
    for name in odd_names() {
        let mut bed = marked();
        let text = || {
            Some(Expr::Text(format!(
                "{}'\\",
                name.chars().take(9).collect::<String>()
            )))
        };
        let rel = format!("{name}!");
        let tables = |also: &str| {
            said([
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
            bed.up(tables("w"));
            bed.run(&[&format!("CREATE (:`{name}` {{id: 5}})")]);
            // Renamed and archived under such names.
            let mut later = tables("w").unwrap();
            let hints = later.tables.get_mut(&Key::new(&name)).unwrap();
            let mut table = later.schema.tables.remove(&Key::new(&name)).unwrap();
            let moved = format!("{name}2");
            let mut hints = std::mem::take(hints);
            hints.renamed_from = vec![name.clone()];
            hints.dropped = [Key::new(&name.replace("id", "x"))].into();
            table.properties.remove(&Key::new(&name.replace("id", "x")));
            table.name.clone_from(&moved);
            table.comment = Some(format!("{name}'\\"));
            later.schema.tables.insert(Key::new(&moved), table);
            later.tables.insert(Key::new(&moved), hints);
            later.tables.remove(&Key::new(&name));
            later.schema.tables.remove(&Key::new(&rel));
            later.tables.remove(&Key::new(&rel));
            bed.up(Ok(later.clone()));
            bed.reopen();
            bed.settled(Ok(later));
            assert_eq!(
                bed.rows(&format!("MATCH (x:`{moved}`) RETURN x.id")),
                "5",
                "{name:?}"
            );
        } else {
            bed.up(said([node("A", vec![]), node(&name, vec![])]));
        }
        assert_eq!(bed.rows("MATCH (a:A) RETURN a.*"), "1", "{name:?}");
    }
}

#[test]
fn illegal_names_are_refused() {
    let mut bed = marked();
    let refuse = |declared: Declared| {
        let e = bed.refused(Ok(declared));
        assert!(matches!(e, Error::Refused(_)), "{e}");
        assert!(e.to_string().len() < 2_000, "{e}");
    };
    for name in illegal_names() {
        refuse(declare([node(&name, vec![])]));
        refuse(declare([node(
            "B",
            vec![property(&name, Type::String, None)],
        )]));
        refuse(declare([node(
            "A",
            vec![property(&name, Type::String, None)],
        )]));
        refuse(declare([node("A", vec![]), edge(&name, "A", "A", vec![])]));
        refuse(declare([
            node("A", vec![]),
            edge("R", "A", "A", vec![property(&name, Type::Bool, None)]),
        ]));
    }
    for name in ["_id", "_LABEL", "_src", "_dst"] {
        refuse(declare([node(
            "B",
            vec![property(name, Type::String, None)],
        )]));
        refuse(declare([node(
            "A",
            vec![property(name, Type::String, None)],
        )]));
    }
    bed.reopen();
    assert_eq!(bed.rows("MATCH (a:A) RETURN a.*"), "1");
}

#[test]
fn names_that_are_hints_only() {
    let bed = marked();
    for name in illegal_names() {
        // They can be the name of nothing, so they say nothing.
        let mut declared = declare([node("A", vec![])]);
        declared
            .dropped_tables
            .insert(Key::new(&name), name.clone());
        let hints = declared.tables.get_mut(&Key::new("A")).unwrap();
        hints.renamed_from = vec![name.clone()];
        hints.dropped = [Key::new(&name)].into();
        hints.properties.insert(Key::new("id"), vec![name.clone()]);
        let report = bed.migrate(Ok(declared)).unwrap();
        assert!(report.is_up_to_date(), "{report}");
    }
    let migrator = bed.migrator(said([node("A", vec![])]));
    let report = illegal_names()
        .into_iter()
        .fold(migrator, |m, name| m.restore(name.clone()).recreate(name))
        .migrate()
        .unwrap();
    assert!(report.is_up_to_date(), "{report}");
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
fn types_that_nest() {
    let mut bed = marked();
    let with = |ty: Type| said([node("A", vec![]), node("N", vec![property("x", ty, None)])]);
    bed.up(with(nested(12)));
    bed.reopen();
    bed.settled(with(nested(12)));
    // Whatever depth is let through can be read again.
    for depth in [16, 24, 32, 48, 64] {
        let bed = marked();
        match bed.migrate(with(nested(depth))) {
            Ok(_) => bed.settled(with(nested(depth))),
            Err(e) => assert!(matches!(e, Error::Refused(_)), "{e}"),
        }
        bed.migrate(said([node("A", vec![])])).unwrap();
    }
    let bed = marked();
    for depth in [65, 1_000] {
        assert!(matches!(
            bed.refused(with(nested(depth))),
            Error::Refused(_)
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
        let e = bed.refused(with(ty));
        assert!(matches!(e, Error::Refused(_)), "{e}");
    }
}

#[test]
fn defaults_that_are_none() {
    let bed = marked();
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
            let e = bed.refused(said(tables));
            assert!(matches!(e, Error::Refused(_)), "{e}");
        }
    }
    // What only the engine can tell is tried before anything is touched.
    let date = Some(Expr::Text("not a date".into()));
    let e = bed.refused(said([node("A", vec![property("d", Type::Date, date)])]));
    assert!(matches!(e, Error::Rehearsal { .. }), "{e}");
}

#[test]
fn comments() {
    let mut bed = marked();
    let said = |text: &str| {
        let mut table = node("A", vec![property("p", Type::Bool, None)]);
        table.comment = Some(text.to_owned());
        table
            .properties
            .values_mut()
            .for_each(|p| p.comment = Some(text.to_owned()));
        said([table])
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
        bed.up(said(text));
        assert_eq!(
            bed.rows("CALL show_tables() WHERE name = 'A' RETURN comment"),
            *text
        );
        bed.reopen();
        bed.settled(said(text));
    }
    for text in ["", "a\0b", &"x".repeat(100 << 10)] {
        assert!(matches!(bed.refused(said(text)), Error::Refused(_)));
    }
}

#[test]
fn a_declaration_that_contradicts_itself() {
    let bed = Bed::new();
    let mut wrong = declare([node("A", vec![])]);
    let table = wrong.schema.tables.remove(&Key::new("A")).unwrap();
    wrong.schema.tables.insert(Key::new("B"), table);
    assert!(matches!(bed.refused(Ok(wrong)), Error::Refused(_)));

    let mut no_key = declare([node("B", vec![])]);
    no_key
        .schema
        .tables
        .get_mut(&Key::new("B"))
        .unwrap()
        .properties
        .clear();
    assert!(matches!(bed.refused(Ok(no_key)), Error::Refused(_)));

    let bed = marked();
    // Endpoints that are nowhere, or that are no node tables.
    for (from, to) in [
        ("A", "Nowhere"),
        ("Nowhere", "Nowhere"),
        ("R", "A"),
        ("a`b", "A"),
    ] {
        let e = bed.refused(said([node("A", vec![]), edge("R", from, to, vec![])]));
        assert!(
            matches!(e, Error::Refused(_) | Error::Plan(_)),
            "{from} {to}: {e}"
        );
    }
}

#[test]
fn the_longest_names_are_archived_and_restored() {
    let name = "n".repeat(1024);
    let said = || {
        said([
            node("A", vec![]),
            node(&name, vec![property(&name, Type::String, None)]),
        ])
    };
    let mut bed = Bed::with(said());
    bed.run(&[&format!("CREATE (:`{name}` {{id: 1, `{name}`: 'one'}})")]);
    let mut later = declare([node("A", vec![])]);
    later.dropped_tables.insert(Key::new(&name), name.clone());
    bed.up(Ok(later));
    bed.reopen();
    bed.migrator(said())
        .restore(name.clone())
        .migrate()
        .unwrap();
    bed.settled(said());
    let mut later = said().unwrap();
    let key = Key::new(&name);
    later
        .schema
        .tables
        .get_mut(&key)
        .unwrap()
        .properties
        .remove(&key);
    later.tables.get_mut(&key).unwrap().dropped.insert(key);
    bed.up(Ok(later));
    bed.reopen();
    bed.migrator(said())
        .restore(format!("{name}.{name}"))
        .migrate()
        .unwrap();
    assert_eq!(
        bed.rows(&format!("MATCH (x:`{name}`) RETURN x.id, x.`{name}`")),
        "1|one"
    );
    bed.settled(said());
}
