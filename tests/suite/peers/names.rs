//! Names that differ little, or are words of the language, and properties in another order.

use kuzu_ddl::schema::Type;

use crate::fixture::peer::{Member, id, meet, spec};

#[test]
fn s18_names_that_differ_by_case() {
    let (a, b) = (Member::new(), Member::new());
    for (member, table, property) in [(&a, "Person", "Name"), (&b, "PERSON", "name")] {
        member.change(|d| {
            let person = d.create_node_table(table, "id", spec(Type::Int64));
            d.add_property(person, property, spec(Type::String));
        });
        let row = format!("CREATE (:{table} {{id: 1, {property}: '{table}'}})");
        member.bed.run(&[&row]);
    }
    meet(&[&a, &b]);
    let tables = |member: &Member| {
        member
            .bed
            .rows("CALL show_tables() RETURN name ORDER BY name")
    };
    assert_eq!(tables(&a), tables(&b));
    for (member, kept) in [(&a, "Person"), (&b, "PERSON")] {
        assert_eq!(member.bed.rows("MATCH (p:person) RETURN p.name"), kept);
    }
    // One renames by case alone, the other otherwise.
    a.change(|d| d.rename(id(d.fold(), None, "Person"), "pErson"));
    b.change(|d| {
        d.add_property(id(d.fold(), None, "Person"), "NAME2", spec(Type::String));
    });
    meet(&[&a, &b]);
    assert_eq!(
        b.bed.rows("MATCH (p:person) RETURN p.name, p.name2"),
        "PERSON|NULL"
    );
}

#[test]
fn s18_words_of_the_language_and_other_scripts() {
    let names = [
        "order",
        "MATCH",
        "Straße",
        "日本語",
        "🦀 crab",
        "e\u{301}",
        "\u{e9}",
        "it's",
    ];
    let (a, b) = (Member::new(), Member::new());
    for (member, other) in [(&a, "union"), (&b, "Größe")] {
        member.change(|d| {
            for name in names {
                let table = d.create_node_table(name, "primary", spec(Type::Int64));
                d.add_property(table, other, spec(Type::String));
            }
        });
        let row =
            |name: &str| format!("CREATE (:`{name}` {{`primary`: 1, `{other}`: 'of {other}'}})");
        let rows = names.map(row);
        member.bed.run(&rows.each_ref().map(String::as_str));
    }
    meet(&[&a, &b]);
    assert_eq!(a.conflicts(), []);
    for (member, kept) in [(&a, "union"), (&b, "Größe")] {
        for name in names {
            let rows = format!("MATCH (x:`{name}`) RETURN x.`{kept}`");
            assert_eq!(member.bed.rows(&rows), format!("of {kept}"));
        }
    }
    for member in [a, b] {
        let mut member = member;
        member.bed.reopen();
        member.bed.settled(Ok(Default::default()));
    }
}

#[test]
fn s18_properties_in_another_order() {
    let (a, b) = (Member::new(), Member::new());
    let columns = [("x", Type::Int64), ("y", Type::String), ("z", Type::Bool)];
    for (member, reversed) in [(&a, false), (&b, true)] {
        let mut columns = columns.to_vec();
        if reversed {
            columns.reverse();
        }
        member.change(|d| {
            let table = d.create_node_table("T", "id", spec(Type::Int64));
            for (name, ty) in columns {
                d.add_property(table, name, spec(ty));
            }
        });
        member
            .bed
            .run(&["CREATE (:T {id: 1, x: 2, y: 'three', z: true})"]);
    }
    let ids = |member: &Member| member.agreed().applied.keys().copied().collect::<Vec<_>>();
    assert_eq!(ids(&a), ids(&b));
    let heard = b.hear(&a);
    assert!(
        heard.steps.is_empty() && heard.applied.is_empty(),
        "{heard}"
    );
    meet(&[&a, &b]);
    for member in [&a, &b] {
        let rows = member.bed.rows("MATCH (t:T) RETURN t.id, t.x, t.y, t.z");
        assert_eq!(rows, "1|2|three|true");
    }
}
