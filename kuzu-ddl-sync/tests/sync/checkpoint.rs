//! Checkpoints: what is changed, forged or unproved costs a newcomer time, and no peer its history.

use kuzu_ddl_core::event::Writer;
use kuzu_ddl_core::fold::Fold;
use kuzu_ddl_sync::{
    Checkpoint, CheckpointId, Diagnostic, Hub, Limits, Output, Peer, PeerId, SpaceId,
};

use crate::fixture::{Random, SPACE, fold, hub, id, outcome, random_events};

fn space() -> SpaceId {
    SpaceId::from_name(SPACE)
}

fn history(seed: u64, count: usize) -> Fold {
    Fold::from_events(&random_events(Fold::default(), count, &mut Random(seed)))
}

fn newcomer(n: usize) -> Peer {
    let mut limits = Limits::default();
    limits.checkpoint_threshold_events = 100;
    Peer::new(id(n), space(), limits)
}

fn honest(n: usize, events: &Fold) -> Peer {
    let mut peer = Peer::new(id(n), space(), Limits::default());
    peer.publish(0, events.events()).expect("events");
    peer.mark_stored();
    peer
}

fn checkpoint(fold: &Fold) -> Checkpoint {
    Checkpoint::from_fold(fold).expect("a valid state")
}

/// The parts of a checkpoint in the version that peers exchange.
fn parts(head: &Checkpoint, state: &[u8]) -> Vec<u8> {
    let mut w = Writer::default();
    w.byte(1);
    w.uint(head.count.into());
    w.events(&head.frontier);
    w.events(
        &head
            .covered
            .difference(&head.frontier)
            .copied()
            .collect::<Vec<_>>(),
    );
    w.bytes(state);
    w.finish()
}

fn diagnostics(hub: &mut Hub, id: PeerId) -> Vec<Diagnostic> {
    let records = hub.take_delivery(id).diagnostics.into_iter();
    records.map(|record| record.diagnostic).collect()
}

#[test]
fn no_changed_byte_of_a_checkpoint_is_accepted() {
    let honest = checkpoint(&history(1, 60));
    let bytes = honest.encode();
    assert_eq!(Checkpoint::decode(&bytes).as_ref(), Ok(&honest));
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.to_vec();
            changed[at] ^= 1 << bit;
            let decoded = Checkpoint::decode(&changed);
            assert!(decoded.is_err(), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn checkpoints_of_the_first_version_stay_readable() {
    let honest = checkpoint(&history(2, 60));
    let earlier = Checkpoint::decode(&parts(&honest, &honest.state)).expect("a checkpoint");
    assert_eq!((earlier.id(), &earlier), (honest.id(), &honest));
    assert!(earlier.to_fold().is_ok());
}

/// A peer that offers any bytes under their own identifier.
fn forger(n: usize, bytes: &[u8]) -> Option<(Peer, CheckpointId)> {
    let forged = Checkpoint::decode(bytes).ok()?;
    let mut peer = Peer::with_log(
        id(n),
        space(),
        Limits::default(),
        kuzu_ddl_sync::EventLog::from_checkpoint(forged.clone()),
    );
    peer.offer_checkpoint(forged.clone()).ok()?;
    Some((peer, forged.id()))
}

#[test]
fn a_checkpoint_with_the_state_of_another_is_struck_off_with_its_sender() {
    let truth = history(3, 200);
    let lie = checkpoint(&history(4, 200));
    let head = checkpoint(&truth);
    let (liar, forged) = forger(7, &parts(&head, &lie.state)).expect("a checkpoint");
    let mut hub = Hub::new();
    let (liar, late) = (hub.add(liar), hub.add(newcomer(1)));
    hub.connect_all();
    (0..20).for_each(|_| hub.step(200));
    // Nothing was replaced, and nothing reached the database.
    assert!(hub.peer(late).expect("the peer").log().is_empty());
    let delivery = hub.take_delivery(late);
    assert_eq!(delivery.checkpoint, None);
    let bad = delivery.diagnostics.iter().filter(|record| {
        matches!(record.diagnostic, Diagnostic::BadCheckpoint(_)) && record.peer == liar
    });
    assert_eq!(
        bad.map(|record| record.occurrences).sum::<u64>(),
        1,
        "downloaded once"
    );
    // The newcomer starts elsewhere, from another checkpoint.
    let mut server = honest(2, &truth);
    server
        .offer_checkpoint(head.clone())
        .expect("the log has all events");
    let server = hub.add(server);
    hub.connect(late, server);
    (0..40).for_each(|_| hub.step(200));
    let (id, bytes) = hub.take_delivery(late).checkpoint.expect("a checkpoint");
    assert!(id == head.id() && id != forged);
    assert_eq!(Checkpoint::decode(&bytes), Ok(head));
}

/// A forged history is as valid as any other. No peer without the true one can see the difference:
/// the caller decides, and starts again.
#[test]
fn a_rejected_checkpoint_is_replaced_by_the_true_history() {
    let (truth, lie) = (history(5, 200), checkpoint(&history(6, 300)));
    let (liar, forged) = forger(7, &lie.encode()).expect("a checkpoint");
    let mut hub = Hub::new();
    let (liar, late) = (hub.add(liar), hub.add(newcomer(1)));
    hub.connect(liar, late);
    (0..20).for_each(|_| hub.step(200));
    let (id, _) = hub.take_delivery(late).checkpoint.expect("a checkpoint");
    assert_eq!(id, forged);
    // It is not passed on.
    let third = hub.add(newcomer(3));
    hub.connect(late, third);
    (0..20).for_each(|_| hub.step(200));
    assert!(hub.peer(third).expect("the peer").log().is_empty());
    // A peer with a history says that it has no such events.
    let server = hub.add(honest(2, &truth));
    hub.connect(late, server);
    (0..20).for_each(|_| hub.step(200));
    let unconfirmed = Diagnostic::CheckpointUnconfirmed(forged);
    assert!(diagnostics(&mut hub, late).contains(&unconfirmed));
    assert_eq!(hub.peer(server).expect("the peer").stable_events().len(), 0);
    // The caller rejects it. The sender still offers it.
    let now = hub.now_ms();
    let peer = hub.peer_mut(late).expect("the peer");
    let outputs = peer.reject_checkpoint(now, forged);
    assert!(
        outputs
            .iter()
            .all(|output| matches!(output, Output::Send { .. }))
    );
    assert!(peer.log().is_empty());
    (0..60).for_each(|_| hub.step(200));
    let log = hub.peer(late).expect("the peer").log();
    assert_eq!(log.checkpoint(), None);
    assert_eq!(outcome(log).0, truth.schema().fingerprint());
}

/// A state that differs from the one that the history leads to is noticed by who has the history,
/// and acknowledges nothing.
#[test]
fn a_peer_with_the_history_notices_another_state_of_the_same_events() {
    let (mut tested, truth) = (0, history(8, 110));
    let head = checkpoint(&truth);
    for at in 0..head.state.len() {
        let mut state = head.state.clone();
        state[at] ^= 1;
        let bytes = parts(&head, &state);
        let is_accepted = Checkpoint::decode(&bytes).is_ok_and(|c| c.to_fold().is_ok());
        if !is_accepted {
            continue;
        }
        tested += 1;
        if tested > 3 {
            break;
        }
        let (liar, forged) = forger(7, &bytes).expect("a checkpoint");
        let mut hub = Hub::new();
        let (liar, late) = (hub.add(liar), hub.add(newcomer(1)));
        hub.connect(liar, late);
        (0..20).for_each(|_| hub.step(200));
        assert!(hub.take_delivery(late).checkpoint.is_some());
        hub.disconnect(liar, late);
        let mut server = honest(2, &truth);
        server
            .offer_checkpoint(head.clone())
            .expect("the log has all events");
        let server = hub.add(server);
        hub.connect(late, server);
        (0..40).for_each(|_| hub.step(200));
        let disputed = Diagnostic::CheckpointDisputed(forged);
        for peer in [server, late] {
            let records = diagnostics(&mut hub, peer);
            assert!(records.contains(&disputed), "{records:?}");
        }
        // Nothing is pruned because of what the newcomer claims to have stored.
        let server = hub.peer_mut(server).expect("the peer");
        assert_eq!(server.stable_events().len(), 0);
        assert_eq!(server.prune(), 0);
    }
    assert!(tested >= 3);
}

/// A newcomer with the true checkpoint acknowledges it, because the history proves it.
#[test]
fn a_proven_checkpoint_is_acknowledged() {
    let truth = history(9, 200);
    let mut server = honest(2, &truth);
    let head = checkpoint(&truth);
    server
        .offer_checkpoint(head)
        .expect("the log has all events");
    let (mut hub, _) = hub(0);
    let (server, late) = (hub.add(server), hub.add(newcomer(1)));
    hub.connect_all();
    (0..40).for_each(|_| hub.step(200));
    assert!(hub.take_delivery(late).checkpoint.is_some());
    let count = fold(hub.peer(server).expect("the peer").log()).len();
    // Another peer with the history, which offers nothing, compares it with its own.
    let other = hub.add(honest(4, &truth));
    hub.connect(late, other);
    (0..40).for_each(|_| hub.step(200));
    for peer in [server, other] {
        let peer = hub.peer_mut(peer).expect("the peer");
        assert_eq!(peer.stable_events().len(), count);
    }
    assert_eq!(hub.peer_mut(server).expect("the peer").prune(), count);
}
