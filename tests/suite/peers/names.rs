//! Names that differ by case, keywords, and properties in another order.

use kuzu_ddl_core::schema::Type;

use crate::fixture::peer::{TestPeer, exchange_all, id, spec};

#[test]
fn names_that_differ_by_case_are_the_same_s18() {
    let (a, b) = (TestPeer::new(), TestPeer::new());
    for (peer, table, property) in [(&a, "Person", "Name"), (&b, "PERSON", "name")] {
        peer.change(|d| {
            let person = d.create_node_table(table, "id", spec(Type::Int64));
            d.add_property(person, property, spec(Type::String));
        });
        let row = format!("CREATE (:{table} {{id: 1, {property}: '{table}'}})");
        peer.db.execute(&[&row]);
    }
    exchange_all(&[&a, &b]);
    let tables = |peer: &TestPeer| peer.db.rows("CALL show_tables() RETURN name ORDER BY name");
    assert_eq!(tables(&a), tables(&b));
    for (peer, value) in [(&a, "Person"), (&b, "PERSON")] {
        assert_eq!(peer.db.rows("MATCH (p:person) RETURN p.name"), value);
    }
    // One peer renames by case only, the other makes another change.
    a.change(|d| d.rename(id(d.fold(), None, "Person"), "pErson"));
    b.change(|d| {
        d.add_property(id(d.fold(), None, "Person"), "NAME2", spec(Type::String));
    });
    exchange_all(&[&a, &b]);
    assert_eq!(
        b.db.rows("MATCH (p:person) RETURN p.name, p.name2"),
        "PERSON|NULL"
    );
}

#[test]
fn keywords_and_other_scripts_are_accepted_as_names_s18() {
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
    let (a, b) = (TestPeer::new(), TestPeer::new());
    for (peer, other) in [(&a, "union"), (&b, "Größe")] {
        peer.change(|d| {
            for name in names {
                let table = d.create_node_table(name, "primary", spec(Type::Int64));
                d.add_property(table, other, spec(Type::String));
            }
        });
        let row =
            |name: &str| format!("CREATE (:`{name}` {{`primary`: 1, `{other}`: 'of {other}'}})");
        let rows = names.map(row);
        peer.db.execute(&rows.each_ref().map(String::as_str));
    }
    exchange_all(&[&a, &b]);
    assert_eq!(a.conflicts(), []);
    for (peer, value) in [(&a, "union"), (&b, "Größe")] {
        for name in names {
            let rows = format!("MATCH (x:`{name}`) RETURN x.`{value}`");
            assert_eq!(peer.db.rows(&rows), format!("of {value}"));
        }
    }
    for peer in [a, b] {
        let mut peer = peer;
        peer.db.reopen();
        peer.db.assert_up_to_date(Ok(Default::default()));
    }
}

#[test]
fn property_order_does_not_matter_s18() {
    let (a, b) = (TestPeer::new(), TestPeer::new());
    let columns = [("x", Type::Int64), ("y", Type::String), ("z", Type::Bool)];
    for (peer, reversed) in [(&a, false), (&b, true)] {
        let mut columns = columns.to_vec();
        if reversed {
            columns.reverse();
        }
        peer.change(|d| {
            let table = d.create_node_table("T", "id", spec(Type::Int64));
            for (name, ty) in columns {
                d.add_property(table, name, spec(ty));
            }
        });
        peer.db
            .execute(&["CREATE (:T {id: 1, x: 2, y: 'three', z: true})"]);
    }
    let ids = |peer: &TestPeer| {
        peer.sync_state()
            .applied
            .keys()
            .copied()
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&a), ids(&b));
    let received = b.receive_from(&a);
    assert!(
        received.steps.is_empty() && received.applied.is_empty(),
        "{received}"
    );
    exchange_all(&[&a, &b]);
    for peer in [&a, &b] {
        let rows = peer.db.rows("MATCH (t:T) RETURN t.id, t.x, t.y, t.z");
        assert_eq!(rows, "1|2|three|true");
    }
}
