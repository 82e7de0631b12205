//! The ledger: one internal node table that holds the events, in the same transaction as the DDL.
//!
//! Every node table costs a database 1 MiB of buffer pool for ever, so there is one, and what a row
//! is stands in its key:
//!
//! | key | body |
//! |---|---|
//! | `event/<id>` | the canonical bytes of an event |
//! | `events/<id>` | those of many that came in together, each after its length; the id is the first one's |
//! | `checkpoint` | what the history begins with, if not with nothing: [`Fold::checkpoint`](kuzu_ddl_core::fold::Fold::checkpoint) |
//! | `inbox/<id>` | the bytes of an event of a peer that is known and not carried out here yet |
//! | `declared/<fingerprint>` | marks a declaration that was carried out here |
//! | `ancestor` | what was declared last of every object, JSON |
//! | `revision/<number>` | which events came in when, through whom, JSON |
//! | `backfill/<object>` | progress of the backfill of a property by a function, JSON |
//! | `tag/<name>` | a point of the history that somebody gave a name, JSON |
//! | `catalog-ids` | catalog ids of tables and column ids of properties, which identify objects renamed manually |
//! | `quarantine/<key>` | a row that a repair could not read, unchanged |
//! | `state` | what the last start left behind, JSON: all that a start with nothing to do reads |

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

pub use contents::{LedgerContents, ledger_drift};
pub use corrupt::{CorruptRow, Corruption};
pub use decode::json;
pub use encode::to_json;
pub(crate) use encode::{
    encode_ancestor, encode_catalog_ids, encode_checkpoint, encode_declared, encode_events,
    encode_inbox, encode_revision, encode_state,
};
pub use fingerprint::FingerprintedDeclaration;
pub use io::{create_table, delete_rows, insert_rows, read, read_state, upsert_rows};
pub(crate) use io::{
    delete_backfill, delete_declared, delete_tag, quarantine_row, read_backfill, write_backfill,
    write_tag,
};
pub(crate) use keys::inbox as inbox_key;
pub use model::{FORMAT, LedgerState, Revision, RollbackRecord, RowMap, Tag};
pub(crate) use repair::LedgerRepair;
