//! A database and its peer: what the ledger knows goes to the peer, what the peer hears goes into the
//! ledger and from there, as far as it can be, into the schema.

use kuzu_ddl_runtime::engine::Engine;
use kuzu_ddl_runtime::event::DdlEvent;
use kuzu_ddl_runtime::fold::CheckpointError;
use kuzu_ddl_runtime::migrate::{Error, Migrator, Received, agreed};

use crate::{Checkpoint, Delivery, Limits, Log, Peer, PeerId, SpaceId};

/// The peer of a database: it begins with all that the database knows, carried out or waiting, on top of the
/// checkpoint that the database began with.
///
/// # Errors
/// What the engine says, and rows of the ledger that cannot be read.
pub fn peer(db: &dyn Engine, me: PeerId, space: SpaceId, limits: Limits) -> Result<Peer, Error> {
    let agreed = agreed(db)?;
    let mut log = match &agreed.base {
        Some(base) => Log::above(Checkpoint::of(base)?),
        None => Log::default(),
    };
    // What leans on nothing that is here waits in the ledger, and not in a log.
    for event in agreed.in_order() {
        let _ = log.add(event);
    }
    Ok(Peer::with_log(me, space, limits, log))
}

/// A checkpoint of all that a database knows and that waits for nothing: for [`Peer::offer`].
///
/// # Errors
/// As [`peer`].
pub fn checkpoint(db: &dyn Engine) -> Result<Checkpoint, Error> {
    Ok(Checkpoint::of(&agreed(db)?.fold)?)
}

/// What a database knows and its peer does not yet, each event after what it depends on: for
/// [`Peer::local`]. An event that waits for one which has not come is left out.
///
/// # Errors
/// As [`peer`].
pub fn news(db: &dyn Engine, peer: &Peer) -> Result<Vec<DdlEvent>, Error> {
    let events = agreed(db)?.in_order().into_iter();
    Ok(events
        .filter(|event| !peer.log().contains(&event.id()))
        .collect())
}

/// Carries out what came for a database, with the settings of a [`Migrator`]: the checkpoint that its history is
/// to begin with, if one came, and the events. `migrator` is asked for one for each.
///
/// # Errors
/// As [`Migrator::receive`] and [`Migrator::begin_with`]; a checkpoint whose bytes are none.
pub fn deliver<'a>(
    migrator: impl Fn() -> Migrator<'a>,
    delivery: &Delivery,
) -> Result<Received, Error> {
    let mut begun = Received::default();
    if let Some((_, bytes)) = &delivery.checkpoint {
        let checkpoint = Checkpoint::decode(bytes).map_err(CheckpointError::from)?;
        checkpoint.fold()?;
        begun = migrator().begin_with(&checkpoint.state)?;
    }
    let mut received = migrator().receive(delivery.events.iter().cloned())?;
    received.applied.splice(0..0, begun.applied);
    received.steps.splice(0..0, begun.steps);
    received.took += begun.took;
    Ok(received)
}
