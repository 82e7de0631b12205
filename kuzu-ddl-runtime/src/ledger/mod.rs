//! Ledger: one internal node table that stores the events, written in the transaction of the DDL.
//!
//! Every node table permanently costs 1 MiB of buffer pool, so there is only one, and the key of a
//! row determines its kind:
//!
//! | key | body |
//! |---|---|
//! | `event/<id>` | the canonical bytes of an event |
//! | `events/<id>` | the bytes of many events of one revision, each after its length; the id is that of the first |
//! | `checkpoint` | the [checkpoint](kuzu_ddl_core::fold::Fold::checkpoint) that the history starts from, if any |
//! | `inbox/<id>` | the bytes of a received event of a peer that is not applied yet |
//! | `attempt` | the events of peers that are being applied, JSON; removed afterwards |
//! | `suspects` | sets of events of peers of which one ended a process, JSON |
//! | `deferred-set-aside` | deferred work during which the process ended, JSON |
//! | `set-aside/<id>` | why an event of the inbox is not applied any more, JSON |
//! | `declared/<fingerprint>` | marks a declaration that was applied |
//! | `ancestor` | the last declaration of every object, JSON |
//! | `revision/<number>` | the events of a revision, its time and application, JSON |
//! | `backfill/<object>` | progress of the backfill of a property by a function, JSON |
//! | `tag/<name>` | a named point of the history, JSON |
//! | `catalog-ids` | the catalog ids of tables and properties, which detect out-of-band renames |
//! | `quarantine/<key>` | a row that a repair could not read, unchanged |
//! | `state` | the state after the last start, JSON: the only row that a no-op start reads |

mod attempt;
mod contents;
mod corrupt;
mod decode;
mod encode;
mod fingerprint;
mod frontier;
mod io;
mod keys;
mod model;
mod repair;

pub(crate) use attempt::{Attempt, Attempts, SetAside, SetAsideCause};
pub use contents::{LedgerContents, ledger_drift};
pub use corrupt::{CorruptRow, Corruption};
pub use decode::json;
pub use encode::to_json;
pub(crate) use encode::{
    encode_ancestor, encode_attempt, encode_catalog_ids, encode_checkpoint, encode_declared,
    encode_events, encode_inbox, encode_revision, encode_set_aside, encode_state, encode_suspects,
};
pub use fingerprint::FingerprintedDeclaration;
pub(crate) use io::has_row;
pub use io::{create_table, delete_rows, insert_rows, read, read_state, upsert_rows};
pub(crate) use io::{
    delete_backfill, delete_declared, delete_tag, quarantine_row, read_backfill, write_backfill,
    write_tag,
};
pub(crate) use keys::{
    ATTEMPT, DEFERRED_SET_ASIDE, SUSPECTS, inbox as inbox_key, set_aside as set_aside_key,
};
pub use model::{FORMAT, LedgerState, Revision, RollbackRecord, RowMap, Tag};
pub(crate) use repair::LedgerRepair;
