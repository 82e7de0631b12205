//! The bridge between a database and its peer.
//!
//! The events of the ledger go to the peer. The events that the peer receives go to the ledger, and
//! those that can be applied change the schema.

use kuzu_ddl_core::event::DdlEvent;
use kuzu_ddl_core::fold::CheckpointError;
use kuzu_ddl_runtime::engine::Engine;
use kuzu_ddl_runtime::error::Error;
use kuzu_ddl_runtime::migrate::{Migrator, ReceiveReport, sync_state};

use crate::checkpoint::Checkpoint;
use crate::event_log::EventLog;
use crate::identity::{PeerId, SpaceId};
use crate::limits::Limits;
use crate::peer::Peer;
use crate::transport::hub::HubDelivery;

/// Creates the peer of a database.
///
/// The peer starts with all events that the ledger contains, applied or pending, on top of the
/// checkpoint that the history of the database starts from.
///
/// # Errors
///
/// Returns an error if the engine fails, or if the ledger cannot be read.
///
/// # Examples
///
/// ```
/// use kuzu_ddl_sync::{Hub, Limits, PeerId, SpaceId, bridge};
/// use kuzu_ddl_runtime::engine::Engine;
/// use kuzu_ddl_runtime::error::Error;
///
/// fn add_database(hub: &mut Hub, name: &str, db: &dyn Engine) -> Result<PeerId, Error> {
///     let (id, space) = (PeerId::from_name(name), SpaceId::from_name("shop"));
///     Ok(hub.add(bridge::open_peer(db, id, space, Limits::default())?))
/// }
/// ```
pub fn open_peer(
    db: &dyn Engine,
    id: PeerId,
    space: SpaceId,
    limits: Limits,
) -> Result<Peer, Error> {
    let state = sync_state(db)?;
    let mut log = match &state.checkpoint {
        Some(fold) => EventLog::from_checkpoint(Checkpoint::from_fold(fold)?),
        None => EventLog::default(),
    };
    for event in state.events_in_order() {
        // An event with missing dependencies stays pending in the ledger; a log cannot contain it.
        let _ = log.insert(event);
    }
    Ok(Peer::with_log(id, space, limits, log))
}

/// Creates a checkpoint of all events that a database has folded, for [`Peer::offer_checkpoint`].
///
/// # Errors
///
/// Returns an error if the engine fails, or if the ledger cannot be read.
#[doc(alias = "snapshot")]
pub fn export_checkpoint(db: &dyn Engine) -> Result<Checkpoint, Error> {
    Ok(Checkpoint::from_fold(&sync_state(db)?.fold)?)
}

/// Returns the events of a database that its peer does not have yet, for [`Peer::publish`].
///
/// Each event follows its dependencies. An event with missing dependencies is left out.
///
/// # Errors
///
/// Returns an error if the engine fails, or if the ledger cannot be read.
pub fn unsent_events(db: &dyn Engine, peer: &Peer) -> Result<Vec<DdlEvent>, Error> {
    let events = sync_state(db)?.events_in_order().into_iter();
    Ok(events
        .filter(|event| !peer.log().contains(&event.id()))
        .collect())
}

/// Applies what a peer received to its database: the checkpoint, if any, and the events.
///
/// `migrator` creates the [`Migrator`] of the database with the settings of the application. It is
/// called once for the checkpoint and once for the events.
///
/// # Errors
///
/// Returns the errors of [`Migrator::receive`] and [`Migrator::bootstrap`], and an error if the
/// checkpoint is malformed.
///
/// # Examples
///
/// ```
/// use kuzu_ddl_sync::{Hub, PeerId, bridge};
/// use kuzu_ddl_runtime::engine::Engine;
/// use kuzu_ddl_runtime::error::Error;
/// use kuzu_ddl_runtime::migrate::Migrator;
///
/// fn apply(hub: &mut Hub, id: PeerId, db: &dyn Engine) -> Result<(), Error> {
///     let received = bridge::deliver(|| Migrator::new(db), &hub.take_delivery(id))?;
///     println!("{received}");
///     Ok(())
/// }
/// ```
pub fn deliver<'a>(
    migrator: impl Fn() -> Migrator<'a>,
    delivery: &HubDelivery,
) -> Result<ReceiveReport, Error> {
    let mut bootstrap = ReceiveReport::default();
    if let Some((id, bytes)) = &delivery.checkpoint {
        let checkpoint = Checkpoint::decode(bytes).map_err(CheckpointError::from)?;
        checkpoint.to_fold()?;
        if checkpoint.id() != *id {
            let reason = "the content does not match its identifier";
            return Err(CheckpointError::Inconsistent(reason).into());
        }
        bootstrap = migrator().bootstrap(&checkpoint.state)?;
    }
    let mut received = migrator().receive(delivery.events.iter().cloned())?;
    received.applied.splice(0..0, bootstrap.applied);
    received.steps.splice(0..0, bootstrap.steps);
    received.took += bootstrap.took;
    Ok(received)
}
