//! Conflicting changes, with rows on both sides.

use kuzu_ddl::Migrator;
use kuzu_ddl::peers::ReceivePolicy;
use kuzu_ddl_core::event::{Change, EventId};
use kuzu_ddl_core::fold::ConflictKind;
use kuzu_ddl_core::schema::{Expr, Type};

use crate::fixture::peer::{TestPeer, assert_converged, exchange_all, id, set_type, spec};

/// Two peers with one table and rows of their own.
fn two() -> (TestPeer, TestPeer) {
    let (a, b) = (TestPeer::new(), TestPeer::new());
    a.change(|draft| {
        let person = draft.create_node_table("Person", "id", spec(Type::Int64));
        draft.add_property(person, "age", spec(Type::Int32));
    });
    b.receive_from(&a);
    a.db.execute(&["CREATE (:Person {id: 1, age: 10})"]);
    b.db.execute(&["CREATE (:Person {id: 2, age: 20})"]);
    assert_converged(&[&a, &b]);
    (a, b)
}

/// One peer makes the key SERIAL, the other widens it: the plain type wins, and no row is lost.
#[test]
fn serial_and_wider_type_converge_to_the_plain_type() {
    let (a, b) = two();
    let key = |draft: &mut kuzu_ddl_core::fold::ChangeBuilder, ty| {
        let key = id(draft.fold(), Some("Person"), "id");
        draft.change(key, set_type(ty, None));
    };
    a.change(|d| key(d, Type::Serial));
    a.db.execute(&["CREATE (:Person {age: 30})"]);
    b.change(|d| key(d, Type::Int128));
    exchange_all(&[&a, &b]);
    assert_converged(&[&a, &b]);
    assert_eq!(a.conflicts().len(), 0);
    let ids = "MATCH (p:Person) RETURN CAST(p.id AS STRING), p.age ORDER BY p.age";
    assert_eq!(a.db.rows(ids), "1|10; 2|30");
    assert_eq!(b.db.rows(ids), "2|20");
    // Where both are SERIAL, both continue above their own rows.
    a.change(|d| {
        let age = id(d.fold(), Some("Person"), "age");
        d.change(age, set_type(Type::Serial, None));
    });
    exchange_all(&[&a, &b]);
    assert_converged(&[&a, &b]);
    for (peer, next) in [(&a, "31"), (&b, "21")] {
        peer.db.execute(&["CREATE (:Person {id: 9})"]);
        let age = peer.db.rows("MATCH (p:Person {id: 9}) RETURN p.age");
        assert_eq!(age, next);
    }
}

/// INT32 to INT64 against INT32 to STRING: one type wins, the values of the other are kept on every
/// peer, and a resolution applies to all.
#[test]
fn concurrent_type_changes_keep_the_values_of_both_s13() {
    let (a, b) = two();
    a.change(|d| {
        let age = id(d.fold(), Some("Person"), "age");
        d.change(age, set_type(Type::Int64, None));
    });
    b.change(|d| {
        let age = id(d.fold(), Some("Person"), "age");
        d.change(age, set_type(Type::String, None));
    });
    b.db.execute(&["CREATE (:Person {id: 3, age: 'old'})"]);
    exchange_all(&[&a, &b]);
    let conflicts = a.conflicts();
    assert_eq!(conflicts.len(), 1);
    let conflict = &conflicts[0].conflict;
    assert_eq!(conflict.kind, ConflictKind::Type);
    let conflict_column = format!("age__c_{}", conflict.event.abbreviate());
    assert!(
        conflicts[0].message.contains(&conflict_column),
        "{}",
        conflicts[0]
    );
    // In either case, both databases have both columns, each with its own rows.
    a.db.rows(&format!(
        "MATCH (p:Person) RETURN p.age, p.{conflict_column}"
    ));
    let rows_of_b = b.db.rows(&format!(
        "MATCH (p:Person) RETURN p.id, CAST(p.age AS STRING), CAST(p.{conflict_column} AS STRING) ORDER BY p.id"
    ));
    assert!(
        rows_of_b.contains("2|20|") && rows_of_b.contains("old"),
        "{rows_of_b}"
    );
    // Either choice resolves the conflict on both peers, and no value is lost.
    let choices: Vec<EventId> = a
        .sync_state()
        .fold
        .resolutions(conflict)
        .into_iter()
        .collect();
    let string = choices
        .into_iter()
        .find(|choice| {
            let agreed = a.sync_state();
            let event = agreed.events().find(|e| e.id() == *choice).cloned();
            matches!(
                event.unwrap().change(),
                Change::SetType {
                    ty: Type::String,
                    ..
                }
            )
        })
        .unwrap();
    let migrator = Migrator::new(a.engine()).declared(Default::default());
    let resolved = migrator
        .receive_policy(ReceivePolicy::Apply)
        .resolve(conflict, string)
        .unwrap();
    assert!(resolved.conflicts.is_empty(), "{resolved}");
    exchange_all(&[&a, &b]);
    assert!(b.conflicts().is_empty());
    let rows =
        b.db.rows("MATCH (p:Person) RETURN p.id, p.age ORDER BY p.id");
    assert_eq!(rows, "2|20; 3|old");
    let rows =
        a.db.rows("MATCH (p:Person) RETURN p.id, p.age ORDER BY p.id");
    assert_eq!(rows, "1|10");
}

/// One table, two keys, rows in both: the result is two tables, each with its rows.
#[test]
fn tables_of_one_name_with_different_keys_keep_their_rows_s04() {
    let (a, b) = (TestPeer::new(), TestPeer::new());
    a.change(|d| {
        d.create_node_table("City", "id", spec(Type::Int64));
    });
    b.change(|d| {
        let city = d.create_node_table("City", "code", spec(Type::String));
        d.add_property(city, "name", spec(Type::String));
    });
    a.db.execute(&["CREATE (:City {id: 1})"]);
    b.db.execute(&["CREATE (:City {code: 'zrh', name: 'Zürich'})"]);
    exchange_all(&[&a, &b]);
    let conflicts = b.conflicts();
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    assert_eq!(conflicts[0].conflict.kind, ConflictKind::NameCollision);
    let other = &conflicts[0].object_name;
    for peer in [&a, &b] {
        let count =
            |table: &str| peer.db.rows(&format!("MATCH (c:{table}) RETURN count(*)")) == "1";
        assert!(count("City") != count(other), "each has its own row");
    }
    let migrator = Migrator::new(a.engine()).declared(Default::default());
    let resolved = migrator
        .receive_policy(ReceivePolicy::Apply)
        .resolve_by_rename(&conflicts[0].conflict, "Town")
        .unwrap();
    assert!(resolved.conflicts.is_empty(), "{resolved}");
    exchange_all(&[&a, &b]);
    b.db.rows("MATCH (t:Town), (c:City) RETURN count(*)");
}

/// A node table is dropped while another peer gives it a rel: it is kept, and its rows are
/// restored.
#[test]
fn dropped_node_table_with_a_new_rel_table_is_kept_s12() {
    let (a, b) = two();
    a.change(|d| d.archive(id(d.fold(), None, "Person")));
    b.change(|d| {
        let person = id(d.fold(), None, "Person");
        let knows = d.create_edge_table("Knows", Default::default(), Default::default());
        d.add_pair(
            knows,
            kuzu_ddl_core::event::Endpoints {
                from: person,
                to: person,
            },
        );
    });
    b.db.execute(&["MATCH (p:Person) CREATE (p)-[:Knows]->(p)"]);
    exchange_all(&[&a, &b]);
    let conflicts = a.conflicts();
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    assert_eq!(conflicts[0].conflict.kind, ConflictKind::DropBlocked);
    assert_eq!(a.db.rows("MATCH (p:Person) RETURN p.age"), "10");
    assert_eq!(b.db.rows("MATCH ()-[k:Knows]->() RETURN count(*)"), "1");
}

/// During a conflict of two types, the default of the winning type changes: the `conflict_…` column
/// stays unchanged on every peer.
#[test]
fn default_changes_during_a_type_conflict() {
    let (a, b) = two();
    for (peer, ty) in [(&a, Type::Int64), (&b, Type::String)] {
        peer.change(|d| {
            let age = id(d.fold(), Some("Person"), "age");
            d.change(age, set_type(ty, None));
        });
    }
    exchange_all(&[&a, &b]);
    a.change(|d| {
        let age = id(d.fold(), Some("Person"), "age");
        let holds = d.fold().property(d.fold().object(age).unwrap()).unwrap().ty;
        let default = match holds {
            Type::String => Expr::Text("7".into()),
            _ => Expr::Int(7),
        };
        let default = Some(default);
        d.change(age, Change::SetDefault { default });
    });
    exchange_all(&[&a, &b]);
    assert_eq!(a.conflicts().len(), 1);
    for (peer, rows) in [(&a, "1|10; 9|7"), (&b, "2|20; 9|7")] {
        peer.db.execute(&["CREATE (:Person {id: 9})"]);
        let actual = peer
            .db
            .rows("MATCH (p:Person) RETURN p.id, p.age ORDER BY p.id");
        assert_eq!(actual, rows);
    }
}
