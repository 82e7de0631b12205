//! Limits of a schema: what the engine survives, measured with Kùzu 0.11.3.
//!
//! A few bytes of an event can require any amount of memory of an engine, and some let no file be
//! opened again. So every part of a schema has a limit, which the derives, the declaration, the
//! decoding of events and the plan check. The figures are for a buffer pool of 64 MiB, with an
//! insert, a CHECKPOINT, and the file opened again.
//!
//! | limit | measured |
//! |---|---|
//! | [`MAX_ARRAY_LENGTH`], [`MAX_ROW_VALUES`] | the file is opened in 1 s and with 0.15 GB for each 10⁶ values; 64 arrays of 10⁶: 66 s, 8 GB; 2³²: never (bug B41) |
//! | [`MAX_TYPE_DEPTH`] | 64 levels of `MAP`: opened in 2 s |
//! | [`MAX_TYPE_COLUMNS`] | `STRUCT` of 1,000 members: 0.5 s; of 2,000: no row can be inserted; of 20,000: 0.9 GB |
//! | [`MAX_TABLE_COLUMNS`] | 1,500 columns: 0.6 s; 2,000: no row can be inserted |
//! | [`MAX_EXPR_BYTES`], [`MAX_EXPR_VALUE_BYTES`] | every row of the table stores the value |

/// The maximum nesting depth of types. It exceeds any real use and bounds the cost of a hostile
/// event.
pub const MAX_TYPE_DEPTH: usize = 64;

/// The maximum number of elements of an array; the lengths of nested arrays multiply. The engine
/// reserves memory for all of them when it opens the file (bug B41).
pub const MAX_ARRAY_LENGTH: u64 = 1_000_000;

/// The maximum precision of a `DECIMAL`.
pub const MAX_DECIMAL_PRECISION: u8 = 38;

/// The maximum number of columns that the engine stores for one property: one for each type that
/// it contains, itself included.
pub const MAX_TYPE_COLUMNS: u64 = 1_024;

/// The maximum number of columns that the engine stores for one table, archived ones included.
pub const MAX_TABLE_COLUMNS: u64 = 1_536;

/// The maximum number of values that a row holds at fixed places, each of at most 16 bytes: members
/// and elements of arrays, multiplied where they are nested.
pub const MAX_ROW_VALUES: u64 = 1_000_000;

/// The maximum nesting depth of expressions.
pub const MAX_EXPR_DEPTH: usize = 64;

/// The maximum length of an expression's text, in bytes.
pub const MAX_EXPR_BYTES: usize = 64 * 1024;

/// The maximum size of what an expression and each of its parts can yield from constants, in bytes.
pub const MAX_EXPR_VALUE_BYTES: u64 = 64 * 1024;

/// The maximum factor by which a cast can lengthen the old value.
pub const MAX_EXPR_OLD_FACTOR: u64 = 1_024;

/// The maximum length of a name, in bytes. The engine has no limit, but frames and ledgers that
/// hold names need one.
pub const MAX_NAME_BYTES: usize = 1024;
