//! Changes of type that a peer made, here where there are rows.

use kuzu_ddl::event::OnFail;
use kuzu_ddl::migrate::Delay;
use kuzu_ddl::schema::Type;
use kuzu_ddl::{Error, Incoming, Migrator, schema};

use crate::fixture::Said;
use crate::fixture::peer::{Member, same};

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

fn with(said: Said, rows: &str) -> Member {
    let member = Member::with(said);
    member.bed.run(&[rows]);
    member
}

const ALL: &str = "MATCH (a:A) RETURN a.id, a.price ORDER BY a.id";

/// The event names a function; a program that has none waits, and one that has it goes on.
#[test]
fn a_function_that_is_not_in_this_program() {
    let rows = "CREATE (:A {id: 1, price: '1.25'}), (:A {id: 2})";
    let a = with(schema![v1::A], rows);
    let mut b = with(schema![v1::A], rows);
    a.bed.up(schema![by::A]);
    let rows = b.bed.rows(ALL);
    for said in [Ok(Default::default()), schema![v1::A]] {
        let migrator = Migrator::new(b.db()).schema(said);
        let heard = migrator.incoming(Incoming::Apply).receive(a.events());
        let heard = heard.unwrap();
        assert_eq!(
            (heard.applied.len(), heard.delayed.len()),
            (0, 1),
            "{heard}"
        );
        let text = heard.to_string();
        assert!(matches!(heard.delayed[0].delay, Delay::Local(_)), "{text}");
        assert!(
            text.contains("suite::peers::type_changes::cents, which is not in this program"),
            "{text}"
        );
        assert_eq!(b.bed.rows(ALL), rows);
        assert_eq!(b.bed.drift(), "");
    }
    // It goes on working, through restarts, and its rows are those it had.
    b.bed.reopen();
    let report = b.bed.migrate(schema![v1::A]).unwrap();
    assert!(report.steps.is_empty(), "{report}");
    b.bed.run(&["CREATE (:A {id: 3, price: '3.5'})"]);
    assert_eq!(b.agreed().waiting.len(), 1);
    // The version that has the function finds the values made by it, and not by another cast.
    let report = b.bed.migrate(schema![by::A]).unwrap();
    assert_eq!(report.owed, []);
    assert_eq!(b.bed.rows(ALL), "1|125; 2|NULL; 3|35");
    b.bed.settled(schema![by::A]);
    same(&[&a, &b]);
}

/// Where a row has no value by the function, it is said which, and the event waits.
#[test]
fn a_function_that_fails_here() {
    let a = with(schema![v1::A], "CREATE (:A {id: 1, price: '1.25'})");
    let b = with(schema![v1::A], "CREATE (:A {id: 7, price: 'free'})");
    a.bed.up(schema![by::A]);
    let migrator = Migrator::new(b.db()).schema(schema![by::A]);
    let heard = migrator.incoming(Incoming::Apply).receive(a.events());
    let text = heard.unwrap().to_string();
    assert!(text.contains("id 7 ('free')"), "{text}");
    assert_eq!(b.bed.rows(ALL), "7|free");
    assert!(matches!(b.bed.migrate(schema![by::A]), Err(Error::Rows(_))));
    b.bed.run(&["MATCH (a:A) SET a.price = '7'"]);
    b.bed.up(schema![by::A]);
    assert_eq!(b.bed.rows(ALL), "7|7");
    same(&[&a, &b]);
}

/// Two changes of type that say something else of what cannot be cast are no one change. Heard of together,
/// they are carried out one after the other, so that each row gets what its change says.
#[test]
fn a_chain_that_says_two_things_of_failures() {
    let rows = "CREATE (:A {id: 1, price: 'x'}), (:A {id: 2, price: '300'}), (:A {id: 3, price: '5'}), (:A {id: 4})";
    let (a, b) = (with(schema![v1::A], rows), with(schema![v1::A], rows));
    a.bed.up(schema![null::A]);
    a.bed.up(schema![default::A]);
    let all = "1|NULL; 2|-1; 3|5; 4|NULL";
    assert_eq!(a.bed.rows(ALL), all);
    let heard = b.hear(&a);
    assert!(heard.delayed.is_empty(), "{heard}");
    assert_eq!(b.bed.rows(ALL), all);
    same(&[&a, &b]);
    let fold = b.agreed().fold;
    let price = crate::fixture::peer::id(&fold, Some("A"), "price");
    let archives = fold.object(price).unwrap().archives.iter();
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
