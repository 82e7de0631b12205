//! What peers may cost: sizes beyond the limits are rejected, tables and arrays have a budget, and
//! the application goes on working.

use kuzu_ddl::peers::{PendingReason, ReceivePolicy};
use kuzu_ddl::schema;
use kuzu_ddl_core::event::{Change, DdlEvent, IndexSpec, PropertySpec};
use kuzu_ddl_core::fold::ChangeBuilder;
use kuzu_ddl_core::schema::{Expr, IndexKind, StructField, Type};

use super::declaration;
use crate::fixture::child;
use crate::fixture::peer::{TestPeer, id, spec};
use crate::fixture::{Declaration, TestDatabase};

mod app {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct City {
        #[kuzu(primary_key)]
        id: i64,
    }
}

/// A running application with rows.
fn application() -> TestPeer {
    let peer = TestPeer::with(declaration());
    peer.db
        .execute(&["UNWIND range(1, 10) AS i CREATE (:Person {id: i})"]);
    peer
}

fn structs(members: usize) -> Type {
    let member = |i| StructField {
        name: format!("m{i}"),
        ty: Type::Int64,
    };
    Type::Struct((0..members).map(member).collect())
}

/// The application inserts, restarts, and finds its rows.
fn assert_works(peer: &mut TestPeer, declaration: &dyn Fn() -> Declaration) {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1_000);
    let next = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    peer.db
        .execute(&[&format!("CREATE (:Person {{id: {next}, name: 'x'}})")]);
    let before = peer
        .db
        .rows("MATCH (p:Person) RETURN count(*), sum(p.level)");
    peer.db.reopen();
    peer.db
        .migrate(declaration())
        .unwrap_or_else(|e| panic!("{e}"));
    let after = peer
        .db
        .rows("MATCH (p:Person) RETURN count(*), sum(p.level)");
    assert_eq!(before, after);
    assert_eq!(peer.db.drift(), "");
}

#[test]
fn sizes_beyond_the_limits_are_rejected_and_the_others_applied_s16() {
    let mut peer = application();
    let array = |ty, n| Type::Array(Box::new(ty), n);
    let mut types = vec![structs(20_000), structs(1_024)];
    for n in [1_000_001, 1_000_000_000, 4_294_967_296, u64::MAX] {
        types.push(array(Type::Int64, n));
    }
    types.push(array(array(Type::Int8, 1_001), 1_000));
    types.push(Type::List(Box::new(array(structs(2), 600_000))));
    types.push((0..500).fold(Type::Int64, |ty, _| Type::List(Box::new(ty))));
    types.push(Type::Decimal {
        precision: 39,
        scale: 0,
    });
    let mut draft = ChangeBuilder::new(peer.sync_state().fold);
    let person = id(draft.fold(), None, "Person");
    for (i, ty) in types.iter().enumerate() {
        draft.add_property(person, &format!("big{i}"), spec(ty.clone()));
    }
    let repeated = |n| Expr::Call("repeat".into(), vec![Expr::Text("x".into()), Expr::Int(n)]);
    draft.add_property(
        person,
        "repeated",
        PropertySpec {
            default: Some(repeated(2_000_000)),
            ..spec(Type::String)
        },
    );
    draft.add_property(person, "honest", spec(Type::Int64));
    let events = draft.finish().1;
    let migrator = peer.db.migrator(declaration());
    let received = migrator.receive(events.clone()).unwrap();
    assert_eq!(received.rejected.len(), types.len() + 1, "{received}");
    assert_eq!(received.applied.len(), 1, "{received}");
    assert!(received.pending.is_empty(), "{received}");
    assert_works(&mut peer, &declaration);
    // What is rejected is not stored, and no peer decodes it.
    assert_eq!(peer.sync_state().pending.len(), 0);
    let rejected: Vec<&DdlEvent> = events
        .iter()
        .filter(|event| DdlEvent::decode(&event.encode()).is_err())
        .collect();
    assert_eq!(rejected.len(), types.len() + 1);
}

#[test]
fn tables_of_peers_never_stop_the_tables_of_the_application_s16() {
    let mut peer = application();
    let events = peer.draft(|d| {
        for i in 0..400 {
            d.create_node_table(&format!("T{i}"), "id", spec(Type::Int64));
        }
    });
    let received = peer.db.migrator(declaration()).receive(events).unwrap();
    let applied = received.applied.len();
    assert!((10..40).contains(&applied), "{applied}");
    assert_eq!(received.pending.len(), 400 - applied);
    let text = received.to_string();
    assert!(
        text.contains(&format!("at most {applied} node tables")),
        "{text}"
    );
    assert_works(&mut peer, &declaration);
    let both = || schema![super::app::Person, app::City];
    peer.db.migrate(both()).unwrap_or_else(|e| panic!("{e}"));
    peer.db.execute(&["CREATE (:City {id: 1})"]);
    assert_works(&mut peer, &both);
    // The words of the report clear it.
    let migrator = peer.db.migrator(both()).peer_tables(applied + 2);
    let received = migrator.receive(Vec::new()).unwrap();
    assert_eq!(received.applied.len(), 2, "{received}");
}

#[test]
fn columns_and_arrays_of_peers_never_stop_the_inserts_of_the_application_s16() {
    let mut peer = application();
    let events = peer.draft(|d| {
        let person = id(d.fold(), None, "Person");
        for i in 0..3 {
            let large = Type::Array(Box::new(Type::Int64), 400_000);
            d.add_property(person, &format!("large{i}"), spec(large));
            d.add_property(person, &format!("wide{i}"), spec(structs(700)));
        }
    });
    let received = peer.db.migrator(declaration()).receive(events).unwrap();
    let text = received.to_string();
    assert_eq!(
        (received.applied.len(), received.pending.len()),
        (4, 2),
        "{text}"
    );
    assert!(
        text.contains("may hold at most 1000000 values in all"),
        "{text}"
    );
    assert!(
        text.contains("columns for the table, at most 1536"),
        "{text}"
    );
    assert_works(&mut peer, &declaration);
}

#[test]
fn defaults_and_not_null_of_declared_properties_are_held_like_drops_s16() {
    let mut peer = application();
    let events = peer.draft(|d| {
        let level = id(d.fold(), Some("Person"), "level");
        let default = Some(Expr::Int(8));
        d.change(level, Change::SetDefault { default });
        let name = id(d.fold(), Some("Person"), "name");
        d.change(name, Change::SetNullable { nullable: false });
        d.add_property(id(d.fold(), None, "Person"), "honest", spec(Type::Int64));
    });
    let received = peer.db.migrator(declaration()).receive(events).unwrap();
    let breaking = |p: &&kuzu_ddl::peers::PendingEvent| {
        matches!(p.reason, PendingReason::BreaksApplication(_))
    };
    assert_eq!(received.applied.len(), 1, "{received}");
    assert_eq!(
        received.pending.iter().filter(breaking).count(),
        2,
        "{received}"
    );
    assert_works(&mut peer, &declaration);
    // The words of the report clear it.
    assert!(
        received
            .to_string()
            .contains("`.receive_policy(ReceivePolicy::Apply)`")
    );
    peer.db.execute(&["MATCH (p:Person) SET p.name = 'n'"]);
    let migrator = peer.db.migrator(declaration());
    let migrator = migrator.receive_policy(ReceivePolicy::Apply);
    let received = migrator.receive(Vec::new()).unwrap();
    assert_eq!(received.applied.len(), 2, "{received}");
}

#[test]
fn index_options_that_the_engine_cannot_keep_are_refused_from_peers_s16() {
    for (option, value, is_kept) in [
        ("alpha", "1.0000001", false),
        ("alpha", "1.2345678", false),
        ("pu", "1e-7", false),
        ("pu", "0.1", true),
        ("alpha", "1.25", true),
    ] {
        let mut peer = application();
        let events = peer.draft(|d| {
            let person = id(d.fold(), None, "Person");
            let vector = Type::Array(Box::new(Type::Float), 3);
            let vector = d.add_property(person, "vector", spec(vector));
            let mut options = kuzu_ddl_core::schema::Index {
                name: "ix".into(),
                kind: IndexKind::Vector,
                properties: vec!["vector".into()],
                options: Default::default(),
            }
            .resolved_options();
            options.insert(option.into(), value.into());
            let index = IndexSpec {
                kind: IndexKind::Vector,
                properties: vec![vector],
                options,
            };
            d.create_index(person, "ix", index);
        });
        let received = peer.db.migrator(declaration()).receive(events).unwrap();
        let applied = 1 + usize::from(is_kept);
        assert_eq!(
            received.applied.len(),
            applied,
            "{option} {value}: {received}"
        );
        if !is_kept {
            assert!(received.to_string().contains("help: use"), "{received}");
        }
        peer.db.reopen();
        assert_works(&mut peer, &declaration);
    }
}

/// In the child: one default, which may end the process.
fn add_default(path: &std::path::Path) -> ! {
    let variable = |name| std::env::var(name).unwrap();
    let ty: Type = variable("KUZU_DDL_DEFAULT_TYPE").parse().unwrap();
    let Ok(default) = Expr::parse_cast(&variable("KUZU_DDL_DEFAULT")) else {
        // Refused before there is an event.
        child::exit()
    };
    let mut peer = TestPeer {
        db: TestDatabase::open_at(path),
    };
    peer.db.migrate(declaration()).unwrap();
    peer.db.execute(&["CREATE (:Person {id: 1})"]);
    let events = peer.draft(|d| {
        let person = id(d.fold(), None, "Person");
        let with_default = PropertySpec {
            default: Some(default),
            ..spec(ty)
        };
        d.add_property(person, "value", with_default);
        d.add_property(person, "honest", spec(Type::Int64));
    });
    let received = peer.db.migrator(declaration()).receive(events).unwrap();
    let honest = received.applied.len();
    assert!(honest == 1 || honest == 2, "{received}");
    peer.db.reopen();
    peer.db.migrate(declaration()).unwrap();
    peer.db.close();
    child::exit()
}

#[test]
fn b40_no_default_of_decimals_ends_the_process_s16() {
    if let Some(path) = child::path() {
        add_default(&path);
    }
    let test = child::test_path!(b40_no_default_of_decimals_ends_the_process_s16);
    for (ty, default) in [
        ("DECIMAL(18, 0)[]", "list_creation('12.5')"),
        ("DECIMAL(18, 0)[]", "coalesce(['12.5'])"),
        ("DECIMAL(18, 0)[]", "'[12.5]'"),
        ("DECIMAL(18, 2)[]", "concat('[12', '.5]')"),
        ("DECIMAL(18, 0)[2]", "array_value('12.5', '1')"),
        (
            "MAP(STRING, DECIMAL(18, 0))",
            "map(['a'], list_creation('12.5'))",
        ),
        ("DECIMAL(18, 0)[][]", "list_creation(['12.5'])"),
        ("STRUCT(a DECIMAL(18, 0)[])", "{a: list_creation('12.5')}"),
        (
            "DECIMAL(18, 0)[]",
            "CAST(list_creation('12.5') AS DECIMAL(18, 0)[])",
        ),
        ("DECIMAL(18, 0)[]", "CAST('[12.5]' AS STRING[])"),
        ("DECIMAL(18, 0)[]", "CAST('[12.5]' AS DECIMAL(18, 0)[])"),
    ] {
        let dir = crate::fixture::kill::memory_dir();
        let env = [("KUZU_DDL_DEFAULT_TYPE", ty), ("KUZU_DDL_DEFAULT", default)];
        child::run_to_exit_with(test, &dir.path().join("db"), &env);
    }
}
