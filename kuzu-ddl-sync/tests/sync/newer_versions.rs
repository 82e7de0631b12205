//! Events and frames of versions to come.

use kuzu_ddl_runtime::event::{Change, DdlEvent};
use kuzu_ddl_runtime::fold::Held;
use kuzu_ddl_sync::{FRAME_VERSION, Output, Report};

use crate::adversarial::frame;
use crate::fixture::{Random, fold, hub, id, outcome, peer, work, write};

#[test]
fn s14_unknown_kinds_are_stored_passed_on_and_held() {
    let (mut hub, ids) = hub(3);
    // In a row: what the last one knows has gone through the middle.
    hub.link(ids[0], ids[1]);
    hub.link(ids[1], ids[2]);
    let mut random = Random(14);
    write(&mut hub, ids[0], 20, &mut random);
    let first = hub.peer(ids[0]).expect("a peer").log().events().next();
    let first = first.expect("an event").clone();
    let body = vec![7; 100];
    let unknown = DdlEvent::new(
        first.object(),
        [first.id()].into(),
        Change::Unknown { kind: 4_711, body },
    );
    let behind = DdlEvent::new(
        first.object(),
        [unknown.id()].into(),
        Change::RenameTable {
            to: "Later".to_owned(),
        },
    );
    let before = outcome(hub.peer(ids[0]).expect("a peer").log());
    hub.local(ids[0], vec![unknown.clone(), behind.clone()])
        .expect("events");
    assert!(hub.settle(200, 50).is_some());
    for peer in hub.peers() {
        let kept = peer.log().get(&unknown.id()).expect("the unknown event");
        assert_eq!(kept.encode(), unknown.encode());
        let fold = fold(peer.log());
        assert_eq!(
            fold.held().get(&unknown.id()),
            Some(&Held::UnknownKind(4_711))
        );
        assert_eq!(
            fold.held().get(&behind.id()),
            Some(&Held::Behind(unknown.id()))
        );
        assert_eq!(outcome(peer.log()).0, before.0);
    }
}

#[test]
fn s14_a_newer_frame_gets_a_clear_answer() {
    let (mut new, mut old) = (peer(1), peer(0));
    let mut newer = frame(1, &[]);
    newer[0] = 9;
    let outputs = old.handle(0, id(1), &newer);
    let [Output::Report(row), Output::Send { to, bytes }] = &outputs[..] else {
        panic!("{outputs:?}");
    };
    assert_eq!(row.report, Report::NewerVersion(9));
    assert!(row.report.to_string().contains("update kuzu-ddl here"));
    assert_eq!(
        (*to, &bytes[..]),
        (id(1), &[0, FRAME_VERSION, FRAME_VERSION][..])
    );
    // Every version understands the answer, and does not answer it.
    let outputs = new.handle(0, id(0), bytes);
    let [Output::Report(row)] = &outputs[..] else {
        panic!("{outputs:?}");
    };
    assert_eq!(row.report, Report::OlderPeer(FRAME_VERSION, FRAME_VERSION));
    // It is said once, not for every frame; and it is no offence.
    assert!((1..1_000).all(|now| old.handle(now, id(1), &newer).is_empty()));
    let events = work(Default::default(), 5, &mut Random(1));
    let outputs = new.local(2_000, events).expect("events");
    let [Output::Send { bytes, .. }] = &outputs[..] else {
        panic!("{outputs:?}");
    };
    old.handle(2_000, id(1), bytes);
    assert_eq!(old.log().len(), 5, "what it understands it still takes");
}

#[test]
fn s14_an_unknown_kind_of_frame_is_passed_over() {
    let mut peer = peer(0);
    let outputs = peer.handle(0, id(1), &frame(200, b"whatever"));
    assert!(
        matches!(&outputs[..], [Output::Report(row)] if matches!(row.report, Report::BadFrame(_)))
    );
}
