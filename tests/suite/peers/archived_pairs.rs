//! A pair that one peer drops: every peer archives its own rels, and restores its own.

use kuzu_ddl::archive::list_archived;
use kuzu_ddl_core::event::{DdlEvent, ObjectId};
use kuzu_ddl_core::fold::{ChangeBuilder, Fold, ObjectBody};

use crate::fixture::peer::{TestPeer, assert_converged, exchange_all, id, spec};
use crate::fixture::sketch::sketch;

const SCHEMA: &str = "
    node A: id INT64
    node B: id INT64
    edge R A>B B>B: w INT64
";

const RELS: &str = "MATCH (a:A)-[r:R]->(b:B) RETURN a.id, b.id, r.w ORDER BY r.w";

fn peer(w: i64) -> TestPeer {
    let peer = TestPeer::with(sketch(SCHEMA));
    peer.db.execute(&[
        "CREATE (:A {id: 1}), (:B {id: 2})",
        &format!("MATCH (a:A), (b:B) CREATE (a)-[:R {{w: {w}}}]->(b)"),
        "MATCH (b:B) CREATE (b)-[:R {w: 0}]->(b)",
    ]);
    peer
}

fn pair(fold: &Fold) -> ObjectId {
    let (r, a) = (id(fold, None, "R"), id(fold, None, "A"));
    let mut pairs = fold.children(r);
    let is = |body: &ObjectBody| matches!(body, ObjectBody::Pair(ends) if ends.from == a);
    pairs.find(|pair| is(&pair.body)).unwrap().id
}

fn drop_pair(draft: &mut ChangeBuilder) {
    let id = pair(draft.fold());
    draft.archive(id);
}

fn restore_pair(draft: &mut ChangeBuilder) {
    let id = pair(draft.fold());
    draft.restore(id);
}

fn archives(peer: &TestPeer) -> Vec<String> {
    let archived = list_archived(peer.engine()).unwrap().into_iter();
    let texts = archived.map(|object| format!("{} {}", object.object, object.row_count));
    texts.collect()
}

#[test]
fn every_peer_archives_and_restores_its_own_rels() {
    let peers = [peer(11), peer(22), TestPeer::with(sketch(SCHEMA))];
    let all = [&peers[0], &peers[1], &peers[2]];
    peers[0].change(drop_pair);
    exchange_all(&all);
    assert_eq!(archives(&peers[0]), ["R(A -> B) 1"]);
    assert_eq!(archives(&peers[1]), ["R(A -> B) 1"]);
    assert_eq!(archives(&peers[2]), [""; 0]);
    peers[1].change(restore_pair);
    exchange_all(&all);
    assert_eq!(peers[0].db.rows(RELS), "1|2|11");
    assert_eq!(peers[1].db.rows(RELS), "1|2|22");
    assert_eq!(peers[2].db.rows(RELS), "");
    assert!(peers.iter().all(|peer| archives(peer).is_empty()));
}

/// Two drops from different pasts name the archive differently; all peers agree on one name.
#[test]
fn concurrent_drops_agree_on_the_archive() {
    for order in [[0, 1], [1, 0]] {
        let peers = [peer(11), peer(22)];
        // The second drop knows of an earlier drop and restore.
        peers[1].change(drop_pair);
        peers[1].change(restore_pair);
        let first = peers[0].draft(drop_pair);
        let second = peers[1].draft(drop_pair);
        peers[0].receive(first);
        peers[1].receive(second);
        for at in order {
            peers[at].receive_from(&peers[1 - at]);
        }
        exchange_all(&[&peers[0], &peers[1]]);
        let names = |peer: &TestPeer| list_archived(peer.engine()).unwrap().pop().map(|a| a.name);
        assert_eq!(names(&peers[0]), names(&peers[1]));
        let live = peers[0].db.rows(RELS);
        peers[0].change(|draft| {
            let id = pair(draft.fold());
            if !draft.fold().object(id).unwrap().is_live() {
                draft.restore(id);
            }
        });
        exchange_all(&[&peers[0], &peers[1]]);
        assert_eq!(peers[0].db.rows(RELS), "1|2|11", "{live}");
        assert_eq!(peers[1].db.rows(RELS), "1|2|22");
    }
}

/// Drop, recreation and restore in one batch, in any order.
#[test]
fn batches_of_drops_and_restores_converge() {
    type Change = fn(&mut ChangeBuilder);
    let add: Change = |draft| {
        let fold = draft.fold();
        let ends = kuzu_ddl_core::event::Endpoints {
            from: id(fold, None, "A"),
            to: id(fold, None, "B"),
        };
        let table = id(fold, None, "R");
        draft.add_pair(table, ends);
    };
    let property: Change = |draft| {
        let table = id(draft.fold(), None, "R");
        draft.add_property(table, "k", spec(kuzu_ddl_core::schema::Type::Int64));
    };
    for changes in [
        &[drop_pair as Change, restore_pair][..],
        &[drop_pair, add],
        &[drop_pair, property, restore_pair],
    ] {
        let (writer, reader) = (peer(11), peer(22));
        let mut draft = ChangeBuilder::new(writer.sync_state().fold);
        changes.iter().for_each(|change| change(&mut draft));
        let events: Vec<DdlEvent> = draft.finish().1;
        let mut reversed = events.clone();
        reversed.reverse();
        for event in events {
            writer.receive(vec![event]);
        }
        reader.receive(reversed);
        exchange_all(&[&writer, &reader]);
        assert_converged(&[&writer, &reader]);
    }
}
