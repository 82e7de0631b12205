//! Events and frames of newer versions.

use kuzu_ddl_core::event::{Change, DdlEvent};
use kuzu_ddl_core::fold::HoldReason;
use kuzu_ddl_sync::{Diagnostic, FRAME_VERSION, Output};

use crate::adversarial::frame;
use crate::fixture::{Random, fold, hub, id, outcome, peer, publish_random, random_events};

#[test]
fn s14_unknown_kinds_are_stored_relayed_and_held() {
    let (mut hub, ids) = hub(3);
    // In a line: what the last peer knows was relayed by the middle one.
    hub.connect(ids[0], ids[1]);
    hub.connect(ids[1], ids[2]);
    let mut random = Random(14);
    publish_random(&mut hub, ids[0], 20, &mut random);
    let first = hub.peer(ids[0]).expect("the peer").log().events().next();
    let first = first.expect("an event").clone();
    let body = vec![7; 100];
    let unknown = DdlEvent::new(
        first.object(),
        [first.id()].into(),
        Change::Unknown { kind: 4_711, body },
    );
    let dependent = DdlEvent::new(
        first.object(),
        [unknown.id()].into(),
        Change::RenameTable {
            to: "Later".to_owned(),
        },
    );
    let before = outcome(hub.peer(ids[0]).expect("the peer").log());
    hub.publish(ids[0], vec![unknown.clone(), dependent.clone()])
        .expect("events");
    assert!(hub.run_until_converged(200, 50).is_some());
    for peer in hub.peers() {
        let stored = peer.log().get(&unknown.id()).expect("the unknown event");
        assert_eq!(stored.encode(), unknown.encode());
        let fold = fold(peer.log());
        assert_eq!(
            fold.held_events().get(&unknown.id()),
            Some(&HoldReason::UnknownKind(4_711))
        );
        assert_eq!(
            fold.held_events().get(&dependent.id()),
            Some(&HoldReason::DependencyHeld(unknown.id()))
        );
        assert_eq!(outcome(peer.log()).0, before.0);
    }
}

#[test]
fn s14_a_newer_frame_is_answered_with_the_known_versions() {
    let (mut new, mut old) = (peer(1), peer(0));
    let mut newer = frame(1, &[]);
    newer[0] = 9;
    let outputs = old.handle(0, id(1), &newer);
    let [Output::Diagnostic(record), Output::Send { to, bytes }] = &outputs[..] else {
        panic!("{outputs:?}");
    };
    assert_eq!(record.diagnostic, Diagnostic::NewerVersion(9));
    assert!(
        record
            .diagnostic
            .to_string()
            .contains("update kuzu-ddl here")
    );
    assert_eq!(
        (*to, &bytes[..]),
        (id(1), &[0, FRAME_VERSION, FRAME_VERSION][..])
    );
    // Every version reads the answer, and does not answer it.
    let outputs = new.handle(0, id(0), bytes);
    let [Output::Diagnostic(record)] = &outputs[..] else {
        panic!("{outputs:?}");
    };
    assert_eq!(
        record.diagnostic,
        Diagnostic::PeerOutdated(FRAME_VERSION, FRAME_VERSION)
    );
    // The answer is not repeated for every frame, and a newer frame does not count as a bad one.
    assert!((1..1_000).all(|now| old.handle(now, id(1), &newer).is_empty()));
    let events = random_events(Default::default(), 5, &mut Random(1));
    let outputs = new.publish(2_000, events).expect("events");
    let [Output::Send { bytes, .. }] = &outputs[..] else {
        panic!("{outputs:?}");
    };
    old.handle(2_000, id(1), bytes);
    assert_eq!(
        old.log().len(),
        5,
        "frames of the known version are still handled"
    );
}

#[test]
fn s14_an_unknown_kind_of_frame_is_rejected() {
    let mut peer = peer(0);
    let outputs = peer.handle(0, id(1), &frame(200, b"whatever"));
    let [Output::Diagnostic(record)] = &outputs[..] else {
        panic!("{outputs:?}");
    };
    assert!(matches!(record.diagnostic, Diagnostic::BadFrame(_)));
}
