//! Names that a peer takes before the application or kuzu-ddl needs them.

use kuzu_ddl::schema;
use kuzu_ddl_core::event::PropertySpec;
use kuzu_ddl_core::fold::{ChangeBuilder, Rejection};
use kuzu_ddl_core::schema::Type;

use crate::fixture::peer::{TestPeer, assert_converged, id, spec};

mod app {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(unregistered, allow_reserved)]
    pub(super) struct Order {
        #[kuzu(primary_key)]
        id: i64,
        total: Option<i64>,
    }
}

mod renamed {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(unregistered, name = "ShopOrder")]
    pub(super) struct Order {
        #[kuzu(primary_key)]
        id: i64,
        total: Option<i64>,
    }
}

#[test]
fn a_table_of_a_peer_under_a_name_declared_later_has_a_way_out_s16() {
    for rows in [false, true] {
        let peer = TestPeer::new();
        peer.change(|d| {
            d.create_node_table("Order", "code", spec(Type::String));
        });
        if rows {
            peer.db.execute(&["CREATE (:`Order` {code: 'x'})"]);
        }
        let error = peer.db.assert_refused(schema![app::Order]).to_string();
        assert!(
            error
                .contains("help: or give it another name with `#[kuzu(name = \"…\")]`, if another"),
            "{error}"
        );
        // These words clear it, and the table of the peer stays.
        peer.db.migrate_cleanly(schema![renamed::Order]);
        peer.db.execute(&["CREATE (:ShopOrder {id: 1})"]);
        let codes = peer.db.rows("MATCH (o:`Order`) RETURN o.code");
        assert_eq!(codes, if rows { "x" } else { "" });
    }
}

#[test]
fn a_name_of_a_future_archive_cannot_be_taken_s16() {
    let peer = TestPeer::new();
    peer.change(|d| {
        let person = d.create_node_table("Person", "id", spec(Type::Int64));
        d.add_property(person, "email", spec(Type::String));
    });
    peer.db.execute(&["CREATE (:Person {id: 1, email: 'a'})"]);
    // The drops are prepared, so the names of the archives are known before they exist.
    let drops = peer.draft(|d| {
        let email = id(d.fold(), Some("Person"), "email");
        d.archive(email);
        d.create_node_table("City", "id", spec(Type::Int64));
        d.archive(id(d.fold(), None, "City"));
    });
    let mut with_drops = ChangeBuilder::new({
        let mut fold = peer.sync_state().fold;
        fold.extend(drops.iter().cloned());
        fold
    });
    let person = id(with_drops.fold(), None, "Person");
    with_drops.add_property(person, "unused", spec(Type::Int64));
    let archived = with_drops
        .fold()
        .objects()
        .filter(|object| !object.is_live());
    let names: Vec<String> = archived
        .map(|o| with_drops.fold().database_name(o))
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    let taken = peer.draft(|d| {
        for name in &names {
            let key = PropertySpec {
                nullable: false,
                ..spec(Type::Int64)
            };
            d.create_node_table(name, "id", key);
            d.add_property(person, name, spec(Type::Int64));
            d.add_property(person, &name.to_uppercase(), spec(Type::Int64));
        }
        let other = d.add_property(person, "other", spec(Type::Int64));
        d.rename(other, &names[0]);
    });
    let received = peer.receive(taken);
    let reserved = |(_, reason): &(_, Rejection)| matches!(reason, Rejection::Malformed(text) if text.contains("is reserved"));
    assert_eq!(
        received.rejected.iter().filter(|r| reserved(r)).count(),
        7,
        "{received}"
    );
    assert_eq!(received.applied.len(), 1, "{received}");
    let received = peer.receive(drops);
    assert!(received.pending.is_empty(), "{received}");
    let values = peer
        .db
        .rows(&format!("MATCH (p:Person) RETURN p.{}", names_of(&names)));
    assert_eq!(values, "a");
    let other = TestPeer::new();
    other.receive_from(&peer);
    assert_converged(&[&peer, &other]);
}

fn names_of(names: &[String]) -> &str {
    let email = names.iter().find(|name| name.starts_with("email"));
    email.map_or("", String::as_str)
}
