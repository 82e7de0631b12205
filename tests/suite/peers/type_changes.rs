//! Changes of type by a peer, received where rows exist.

use kuzu_ddl::peers::ReceivePolicy;
use kuzu_ddl::{Error, Migrator, schema};
use kuzu_ddl_core::event::OnFail;
use kuzu_ddl_core::schema::Type;
use kuzu_ddl_runtime::migrate::PendingReason;

use crate::fixture::Declaration;
use crate::fixture::peer::{TestPeer, assert_converged};

mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        price: Option<String>,
    }
}

mod by {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast_with = super::cents)]
        price: Option<i64>,
    }
}

mod null {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast = "CAST(old AS INT64)", on_fail = "null")]
        price: Option<i64>,
    }
}

mod default {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast = "CAST(old AS INT8)", on_fail = "default", default = -1)]
        price: Option<i8>,
    }
}

fn cents(old: Option<&str>) -> Result<Option<i64>, std::num::ParseIntError> {
    old.map(|old| old.replace('.', "").parse()).transpose()
}

fn with(declaration: Declaration, rows: &str) -> TestPeer {
    let peer = TestPeer::with(declaration);
    peer.db.execute(&[rows]);
    peer
}

const ALL: &str = "MATCH (a:A) RETURN a.id, a.price ORDER BY a.id";

/// The event names a function; an application without it waits, and one that has it continues.
#[test]
fn event_with_an_unknown_function_waits() {
    let rows = "CREATE (:A {id: 1, price: '1.25'}), (:A {id: 2})";
    let a = with(schema![v1::A], rows);
    let mut b = with(schema![v1::A], rows);
    a.db.migrate_cleanly(schema![by::A]);
    let rows = b.db.rows(ALL);
    for declaration in [Ok(Default::default()), schema![v1::A]] {
        let migrator = Migrator::new(b.engine()).declared(declaration.unwrap());
        let received = migrator
            .receive_policy(ReceivePolicy::Apply)
            .receive(a.events());
        let received = received.unwrap();
        assert_eq!(
            (received.applied.len(), received.pending.len()),
            (0, 1),
            "{received}"
        );
        let text = received.to_string();
        assert!(
            matches!(received.pending[0].reason, PendingReason::NotApplicable(_)),
            "{text}"
        );
        assert!(
            text.contains("suite::peers::type_changes::cents, which is missing from this program"),
            "{text}"
        );
        assert_eq!(b.db.rows(ALL), rows);
        assert_eq!(b.db.drift(), "");
    }
    // It works through restarts, and its rows are unchanged.
    b.db.reopen();
    let report = b.db.migrate(schema![v1::A]).unwrap();
    assert!(report.steps.is_empty(), "{report}");
    b.db.execute(&["CREATE (:A {id: 3, price: '3.5'})"]);
    assert_eq!(b.sync_state().pending.len(), 1);
    // The version that has the function computes the values with it, not with another cast.
    let report = b.db.migrate(schema![by::A]).unwrap();
    assert_eq!(report.deferred, []);
    assert_eq!(b.db.rows(ALL), "1|125; 2|NULL; 3|35");
    b.db.assert_up_to_date(schema![by::A]);
    assert_converged(&[&a, &b]);
}

/// If the function returns no value for a row, the row is reported, and the event waits.
#[test]
fn event_with_a_failing_function_waits() {
    let a = with(schema![v1::A], "CREATE (:A {id: 1, price: '1.25'})");
    let b = with(schema![v1::A], "CREATE (:A {id: 7, price: 'free'})");
    a.db.migrate_cleanly(schema![by::A]);
    let migrator = Migrator::new(b.engine()).declared(schema![by::A].unwrap());
    let received = migrator
        .receive_policy(ReceivePolicy::Apply)
        .receive(a.events());
    let text = received.unwrap().to_string();
    assert!(text.contains("id 7 ('free')"), "{text}");
    assert_eq!(b.db.rows(ALL), "7|free");
    assert!(matches!(
        b.db.migrate(schema![by::A]),
        Err(Error::PreflightFailed(_))
    ));
    b.db.execute(&["MATCH (a:A) SET a.price = '7'"]);
    b.db.migrate_cleanly(schema![by::A]);
    assert_eq!(b.db.rows(ALL), "7|7");
    assert_converged(&[&a, &b]);
}

/// Two type changes with different `on_fail` are not combined. Received together, they are applied
/// one after the other, so that each row gets the value of its change.
#[test]
fn chained_type_changes_apply_their_own_on_fail() {
    let rows = "CREATE (:A {id: 1, price: 'x'}), (:A {id: 2, price: '300'}), (:A {id: 3, price: '5'}), (:A {id: 4})";
    let (a, b) = (with(schema![v1::A], rows), with(schema![v1::A], rows));
    a.db.migrate_cleanly(schema![null::A]);
    a.db.migrate_cleanly(schema![default::A]);
    let all = "1|NULL; 2|-1; 3|5; 4|NULL";
    assert_eq!(a.db.rows(ALL), all);
    let received = b.receive_from(&a);
    assert!(received.pending.is_empty(), "{received}");
    assert_eq!(b.db.rows(ALL), all);
    assert_converged(&[&a, &b]);
    let fold = b.sync_state().fold;
    let price = crate::fixture::peer::id(&fold, Some("A"), "price");
    let archives = fold.object(price).unwrap().archived_columns.iter();
    let on_fails: Vec<_> = archives
        .filter(|archive| archive.ty != archive.to)
        .map(|archive| archive.on_fail != OnFail::Abort)
        .collect();
    assert_eq!(on_fails, [true, true]);
    assert_eq!(
        fold.object(price)
            .and_then(|o| fold.property(o))
            .unwrap()
            .ty,
        Type::Int8
    );
}
