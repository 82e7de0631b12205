//! What a running application permits its peers.

use expect_test::expect;
use kuzu_ddl::peers::{ReceivePolicy, ReceiveReport};
use kuzu_ddl::schema;
use kuzu_ddl_core::schema::Type;
use kuzu_ddl_runtime::migrate::PendingReason;

use crate::fixture::Declaration;
use crate::fixture::peer::{TestPeer, assert_converged, id, set_type, spec};

mod app {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        name: Option<String>,
        age: Option<i32>,
    }
}

fn declaration() -> Declaration {
    schema![app::Person]
}

/// A running application, and a peer that renames, drops and retypes declared properties, and adds
/// others.
fn two() -> (TestPeer, TestPeer) {
    let (a, b) = (TestPeer::with(declaration()), TestPeer::new());
    a.db.execute(&["CREATE (:Person {id: 1, name: 'Ada', age: 7})"]);
    b.receive_from(&a);
    b.change(|d| {
        let person = id(d.fold(), None, "Person");
        let of = |name: &str| id(d.fold(), Some("Person"), name);
        let (name, age) = (of("name"), of("age"));
        d.rename(name, "full");
        d.change(age, set_type(Type::String, None));
        d.add_property(person, "email", spec(Type::String));
        d.create_node_table("City", "id", spec(Type::Int64));
    });
    (a, b)
}

fn receive(a: &TestPeer, b: &TestPeer, policy: ReceivePolicy) -> ReceiveReport {
    let migrator = a.db.migrator(declaration()).receive_policy(policy);
    migrator
        .receive(b.events())
        .unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn hold_policy_holds_changes_of_declared_objects() {
    let (a, b) = two();
    let received = receive(&a, &b, ReceivePolicy::HoldBreaking);
    assert_eq!(
        (received.applied.len(), received.pending.len()),
        (2, 2),
        "{received}"
    );
    for delayed in &received.pending {
        assert!(
            matches!(delayed.reason, PendingReason::BreaksApplication(_)),
            "{delayed}"
        );
    }
    expect![[r#"
        2 events of peers applied, 2 pending
          + create node table City
              CREATE NODE TABLE `City`(`id` INT64, PRIMARY KEY(`id`));
          + add property Person.email STRING
              ALTER TABLE `Person` ADD `email` STRING;
          pending: Person.full (2668731d): a change of a peer removes objects declared by this application:
            Person.name: was renamed to `full`; this binary is older than the database (tests/suite/peers/receive_policies.rs:17)
              help: deploy the newer binary
              help: or declare `full` with `#[kuzu(renamed_from = "name")]`
          help: resolve the conflict with `.resolve(…)` on the Migrator
          help: or start a version of this application that is compatible with the change
          help: or apply the change anyway with `.receive_policy(ReceivePolicy::Apply)` on the Migrator
          pending: Person.age (936293a9): a change of a peer removes objects declared by this application:
            Person.age: the type is declared as INT32, but is STRING in the database (tests/suite/peers/receive_policies.rs:17)
              help: declare STRING
              help: or deploy the binary that changed it
          help: resolve the conflict with `.resolve(…)` on the Migrator
          help: or start a version of this application that is compatible with the change
          help: or apply the change anyway with `.receive_policy(ReceivePolicy::Apply)` on the Migrator"#]].assert_eq(&received.to_string());
    assert_eq!(
        a.db.rows("MATCH (p:Person) RETURN p.name, p.age, p.email"),
        "Ada|7|NULL"
    );
    // It is held through restarts. A version that no longer declares the property accepts the
    // change.
    a.db.migrate(declaration()).unwrap();
    assert_eq!(a.sync_state().pending.len(), 2);
    a.db.migrate(Ok(Default::default())).unwrap();
    assert_converged(&[&a, &b]);
    assert_eq!(a.db.rows("MATCH (p:Person) RETURN p.full, p.age"), "Ada|7");
}

#[test]
fn apply_policy_applies_everything_at_once() {
    let (a, b) = two();
    let received = receive(&a, &b, ReceivePolicy::Apply);
    assert_eq!(
        (received.applied.len(), received.pending.len()),
        (4, 0),
        "{received}"
    );
    expect![[r#"
        4 events of peers applied, 0 pending
          ~ rename property Person.name to full
              ! breaks older apps: Person.name
              ALTER TABLE `Person` RENAME `name` TO `full`;
          + create node table City
              CREATE NODE TABLE `City`(`id` INT64, PRIMARY KEY(`id`));
          ~ change property Person.age to STRING (1 row, about 0.01 s)
              ! rewrites data: Person.age, 1 value
              ! breaks older apps: Person.age, 1 value
              ALTER TABLE `Person` RENAME `age` TO `age__a_936293a9`;
              ALTER TABLE `Person` ADD `age` STRING;
              MATCH (x:`Person`) SET x.`age` = CAST(x.`age__a_936293a9` AS STRING);
          + add property Person.email STRING
              ALTER TABLE `Person` ADD `email` STRING;"#]]
    .assert_eq(&received.to_string());
    assert_converged(&[&a, &b]);
    assert_eq!(a.db.rows("MATCH (p:Person) RETURN p.full, p.age"), "Ada|7");
}

#[test]
fn defer_policy_waits_for_the_next_start() {
    let (a, b) = two();
    let before = a.db.rows("CALL show_tables() RETURN name");
    let received = receive(&a, &b, ReceivePolicy::Defer);
    assert!(
        received.applied.is_empty() && received.steps.is_empty(),
        "{received}"
    );
    assert!(
        received
            .pending
            .iter()
            .all(|d| d.reason == PendingReason::Deferred),
        "{received}"
    );
    expect![[r#"
        0 events of peers applied, 4 pending
          pending: City (a3ca0d2d): deferred to the next start
          pending: Person.email (e1bb5b72): deferred to the next start
          pending: Person.full (2668731d): deferred to the next start
          pending: Person.age (936293a9): deferred to the next start"#]]
    .assert_eq(&received.to_string());
    assert_eq!(a.db.rows("CALL show_tables() RETURN name"), before);
    assert_eq!(a.sync_state().pending.len(), 4);
    // The start holds breaking changes.
    let migrator =
        a.db.migrator(declaration())
            .receive_policy(ReceivePolicy::Defer);
    migrator.migrate().unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(a.sync_state().pending.len(), 2);
    assert_eq!(
        a.db.rows("MATCH (p:Person) RETURN p.name, p.age, p.email"),
        "Ada|7|NULL"
    );
    a.db.rows("MATCH (c:City) RETURN count(*)");
}
