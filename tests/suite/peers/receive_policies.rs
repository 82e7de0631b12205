//! What a running application lets peers do.

use expect_test::expect;
use kuzu_ddl::migrate::Delay;
use kuzu_ddl::schema::Type;
use kuzu_ddl::{Incoming, Received, schema};

use crate::fixture::Said;
use crate::fixture::peer::{Member, id, same, set_type, spec};

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

fn said() -> Said {
    schema![app::Person]
}

/// A running application, and a peer that renames, drops and retypes what it declares, and adds beside it.
fn two() -> (Member, Member) {
    let (a, b) = (Member::with(said()), Member::new());
    a.bed
        .run(&["CREATE (:Person {id: 1, name: 'Ada', age: 7})"]);
    b.hear(&a);
    b.change(|d| {
        let person = id(d.fold(), None, "Person");
        let of = |name: &str| id(d.fold(), Some("Person"), name);
        let (name, age) = (of("name"), of("age"));
        d.rename(name, "full");
        d.set(age, set_type(Type::String, None));
        d.add_property(person, "email", spec(Type::String));
        d.create_node_table("City", "id", spec(Type::Int64));
    });
    (a, b)
}

fn receive(a: &Member, b: &Member, policy: Incoming) -> Received {
    let migrator = a.bed.migrator(said()).incoming(policy);
    migrator
        .receive(b.events())
        .unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn what_the_application_declares_is_held() {
    let (a, b) = two();
    let heard = receive(&a, &b, Incoming::Hold);
    assert_eq!(
        (heard.applied.len(), heard.delayed.len()),
        (2, 2),
        "{heard}"
    );
    for delayed in &heard.delayed {
        assert!(matches!(delayed.delay, Delay::Breaks(_)), "{delayed}");
    }
    expect![[r#"
        2 events of peers carried out, 2 wait
          + create node table City
              CREATE NODE TABLE `City`(`id` INT64, PRIMARY KEY(`id`));
          + add property Person.email STRING
              ALTER TABLE `Person` ADD `email` STRING;
          Person.full (2668731d) waits: a change of a peer takes away what this application declares:
            Person.name: is declared, but it is called `full` now; this binary is older than the database. Deploy the newer one, or declare `full` with `#[kuzu(renamed_from = "name")]` (tests/suite/peers/receive_policies.rs:16)
            it waits until the conflict is settled with `.resolve(…)`, a version of this application that fits starts, or `.incoming(Incoming::Apply)` on the Migrator carries it out all the same
          Person.age (936293a9) waits: a change of a peer takes away what this application declares:
            Person.age: the type is declared as INT32, but it is STRING by now; declare STRING, or deploy the binary that made it so (tests/suite/peers/receive_policies.rs:16)
            it waits until the conflict is settled with `.resolve(…)`, a version of this application that fits starts, or `.incoming(Incoming::Apply)` on the Migrator carries it out all the same"#]].assert_eq(&heard.to_string());
    assert_eq!(
        a.bed.rows("MATCH (p:Person) RETURN p.name, p.age, p.email"),
        "Ada|7|NULL"
    );
    // However often it restarts. A version that no longer declares it lets it in.
    a.bed.migrate(said()).unwrap();
    assert_eq!(a.agreed().waiting.len(), 2);
    a.bed.migrate(Ok(Default::default())).unwrap();
    same(&[&a, &b]);
    assert_eq!(a.bed.rows("MATCH (p:Person) RETURN p.full, p.age"), "Ada|7");
}

#[test]
fn all_at_once() {
    let (a, b) = two();
    let heard = receive(&a, &b, Incoming::Apply);
    assert_eq!(
        (heard.applied.len(), heard.delayed.len()),
        (4, 0),
        "{heard}"
    );
    expect![[r#"
        4 events of peers carried out, 0 wait
          ~ rename property Person.name to full
              ! breaks older apps: Person.name
              ALTER TABLE `Person` RENAME `name` TO `full`;
          + create node table City
              CREATE NODE TABLE `City`(`id` INT64, PRIMARY KEY(`id`));
          ~ change property Person.age to STRING (1 row, about 0.01 s)
              ! rewrites data: Person.age, 1 value
              ! breaks older apps: Person.age, 1 value
              ! may fail: Person.age, 1 value
              ALTER TABLE `Person` RENAME `age` TO `age__a_936293a9`;
              ALTER TABLE `Person` ADD `age` STRING;
              MATCH (x:`Person`) SET x.`age` = CAST(x.`age__a_936293a9` AS STRING);
          + add property Person.email STRING
              ALTER TABLE `Person` ADD `email` STRING;"#]]
    .assert_eq(&heard.to_string());
    same(&[&a, &b]);
    assert_eq!(a.bed.rows("MATCH (p:Person) RETURN p.full, p.age"), "Ada|7");
}

#[test]
fn at_the_next_start() {
    let (a, b) = two();
    let before = a.bed.rows("CALL show_tables() RETURN name");
    let heard = receive(&a, &b, Incoming::NextStart);
    assert!(
        heard.applied.is_empty() && heard.steps.is_empty(),
        "{heard}"
    );
    assert!(
        heard.delayed.iter().all(|d| d.delay == Delay::NextStart),
        "{heard}"
    );
    expect![[r#"
        0 events of peers carried out, 4 wait
          City (a3ca0d2d) waits: the next start carries it out
          Person.email (e1bb5b72) waits: the next start carries it out
          Person.full (2668731d) waits: the next start carries it out
          Person.age (936293a9) waits: the next start carries it out"#]]
    .assert_eq(&heard.to_string());
    assert_eq!(a.bed.rows("CALL show_tables() RETURN name"), before);
    assert_eq!(a.agreed().waiting.len(), 4);
    // The start does as `Hold` says.
    let migrator = a.bed.migrator(said()).incoming(Incoming::NextStart);
    migrator.migrate().unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(a.agreed().waiting.len(), 2);
    assert_eq!(
        a.bed.rows("MATCH (p:Person) RETURN p.name, p.age, p.email"),
        "Ada|7|NULL"
    );
    a.bed.rows("MATCH (c:City) RETURN count(*)");
}
