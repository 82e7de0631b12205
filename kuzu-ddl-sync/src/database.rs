//! A database and its peer: what the ledger knows goes to the peer, what the peer hears goes into the
//! ledger and from there, as far as it can be, into the schema.

use kuzu_ddl_runtime::engine::Engine;
use kuzu_ddl_runtime::event::DdlEvent;
use kuzu_ddl_runtime::migrate::{Error, Migrator, Received, agreed};

use crate::{Delivery, Limits, Log, Peer, PeerId, SpaceId};

/// The peer of a database: it begins with all that the database knows, carried out or waiting.
///
/// # Errors
/// What the engine says, and rows of the ledger that cannot be read.
pub fn peer(db: &dyn Engine, me: PeerId, space: SpaceId, limits: Limits) -> Result<Peer, Error> {
    let (log, _) = Log::of(agreed(db)?.in_order());
    Ok(Peer::with_log(me, space, limits, log))
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

/// Carries out what came for a database, with the settings of a [`Migrator`].
///
/// # Errors
/// As [`Migrator::receive`].
pub fn deliver(migrator: Migrator<'_>, delivery: &Delivery) -> Result<Received, Error> {
    migrator.receive(delivery.events.iter().cloned())
}
