//! Events of a newer version: kept, passed on, and carried out after an update.

use kuzu_ddl::Migrator;
use kuzu_ddl::engine::Cell;
use kuzu_ddl::event::{Change, DdlEvent};
use kuzu_ddl::fold::Held;
use kuzu_ddl::migrate::Delay;
use kuzu_ddl::schema::Type;

use crate::fixture::peer::{Member, id, same, spec};
use crate::fixture::statement_counter::Counted;

#[test]
fn s14_kinds_of_a_newer_version() {
    let (a, mut b, c) = (Member::new(), Member::new(), Member::new());
    a.change(|d| {
        d.create_node_table("Person", "id", spec(Type::Int64));
    });
    let person = id(&a.agreed().fold, None, "Person");
    let heads = a.agreed().applied.keys().copied().collect();
    let body = vec![1, 2, 3];
    let unknown = DdlEvent::new(person, heads, Change::Unknown { kind: 9999, body });
    let text = Some("after it".to_owned());
    let behind = DdlEvent::new(
        person,
        [unknown.id()].into(),
        Change::CommentOnTable { text },
    );
    let mut events = a.events();
    events.extend([behind.clone(), unknown.clone()]);
    let heard = b.take(events);
    assert_eq!(
        (heard.applied.len(), heard.delayed.len()),
        (1, 2),
        "{heard}"
    );
    let why = |event: &DdlEvent| {
        let mut delayed = heard.delayed.iter();
        delayed
            .find(|d| d.event == event.id())
            .unwrap()
            .delay
            .clone()
    };
    assert_eq!(why(&unknown), Delay::Held(Held::UnknownKind(9999)));
    assert_eq!(why(&behind), Delay::Held(Held::Behind(unknown.id())));
    assert!(heard.to_string().contains("newer version"), "{heard}");
    // It is passed on as it came, and goes on waiting through starts.
    c.hear(&b);
    assert_eq!(c.agreed().waiting, b.agreed().waiting);
    let kept = c.agreed().waiting.get(&unknown.id()).map(DdlEvent::encode);
    assert_eq!(kept, Some(unknown.encode()));
    b.bed.run(&["CREATE (:Person {id: 1})"]);
    b.bed.reopen();
    b.bed.migrate(Ok(Default::default())).unwrap();
    assert_eq!(b.agreed().waiting.len(), 2);
    // No start can do anything about it: it costs none of them more than a start with nothing to do.
    let statements = |member: &Member| {
        let counted = Counted::new(member.db());
        let report = Migrator::new(&counted)
            .schema(Ok(Default::default()))
            .migrate();
        assert!(report.unwrap().is_up_to_date());
        counted.taken()
    };
    a.bed.migrate(Ok(Default::default())).unwrap();
    assert_eq!(statements(&b), statements(&a));
    let heard = b.take(b.draft(|d| {
        d.add_property(id(d.fold(), None, "Person"), "age", spec(Type::Int64));
    }));
    assert_eq!(heard.applied.len(), 1, "{heard}");
    same(&[&b]);
    c.hear(&b);
    same(&[&b, &c]);
    assert_eq!(b.bed.rows("MATCH (p:Person) RETURN p.*"), "1|NULL");
}

/// As if another version of kuzu-ddl had found that events wait for a newer one.
fn found_by_another_version(member: &Member) {
    let session = member.bed.session();
    let row = "MATCH (l:`_kuzu_ddl_ledger`) WHERE l.`key` = 'state'";
    let rows = session.query(&format!("{row} RETURN l.`body`")).unwrap();
    let Some(Cell::Bytes(body)) = rows.first().and_then(|row| row.first()) else {
        panic!("{rows:?}");
    };
    let text = String::from_utf8(body.clone()).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let other = text.replace(&format!("\"held\":\"{version}\""), "\"held\":\"0.0.0\"");
    assert_ne!(text, other);
    let body = Cell::Bytes(other.into_bytes());
    let set = format!("{row} SET l.`body` = $body");
    session.query_with(&set, &[("body", body)]).unwrap();
}

/// What one version does not know and the next does: the same bytes, which the next start reads anew.
#[test]
fn s14_an_update_that_knows_the_kind() {
    let (a, b) = (Member::new(), Member::new());
    a.change(|d| {
        d.create_node_table("Person", "id", spec(Type::Int64));
    });
    b.hear(&a);
    b.bed.run(&["CREATE (:Person {id: 1})"]);
    a.change(|d| {
        d.add_property(id(d.fold(), None, "Person"), "age", spec(Type::Int64));
    });
    let known = a.agreed();
    let added = known
        .applied
        .values()
        .find(|e| matches!(e.change(), Change::AddProperty { .. }));
    let added = added.unwrap();
    // As a version would read it that does not know the kind 6: number, then the length of the body.
    let bytes = added.encode();
    let head = 1 + 1 + 32 + 1 + 32 * added.depends_on().len();
    let length = usize::from(bytes[head]);
    let body = bytes[head + 1..].to_vec();
    assert_eq!(body.len(), length);
    let unread = Change::Unknown { kind: 6, body };
    let unread = DdlEvent::new(added.object(), added.depends_on().clone(), unread);
    assert_eq!(unread.id(), added.id());
    let heard = b.take(vec![unread]);
    assert_eq!(heard.delayed.len(), 1, "{heard}");
    found_by_another_version(&b);
    b.bed.migrate(Ok(Default::default())).unwrap();
    assert_eq!(b.agreed().waiting.len(), 0);
    same(&[&a, &b]);
    assert_eq!(b.bed.rows("MATCH (p:Person) RETURN p.*"), "1|NULL");
}

/// Once the kind is known, the bytes may turn out to be nothing legal: they harm nobody.
#[test]
fn s14_an_update_that_knows_better() {
    let mut member = Member::new();
    member.change(|d| {
        d.create_node_table("Person", "id", spec(Type::Int64));
    });
    member.bed.run(&["CREATE (:Person {id: 1})"]);
    let person = id(&member.agreed().fold, None, "Person");
    let (kind, body) = (6, vec![0xff; 9]);
    let event = DdlEvent::new(person, [].into(), Change::Unknown { kind, body });
    // This version does not let it in; one that did not know the kind 6 left it here.
    let heard = member.take(vec![event.clone()]);
    assert_eq!(heard.rejected.len(), 1, "{heard}");
    assert!(heard.to_string().contains("no legal event"), "{heard}");
    assert_eq!(member.agreed().waiting.len(), 0);
    let query = "CREATE (:_kuzu_ddl_ledger {key: $k, body: $b})";
    let key = format!("inbox/{}", event.id()).as_str().into();
    let session = member.bed.session();
    let row = [("k", key), ("b", event.encode().into())];
    session.query_with(query, &row).unwrap();
    drop(session);
    member.bed.reopen();
    member.bed.migrate(Ok(Default::default())).unwrap();
    member.change(|d| d.comment(person, Some("goes on".into())));
    same(&[&member]);
    assert_eq!(member.bed.rows("MATCH (p:Person) RETURN p.id"), "1");
}
