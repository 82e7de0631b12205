//! Classifies the messages of engines.
//!
//! Engines report texts without codes. Every text that the code depends on is listed here and
//! nowhere else.

use kuzu_ddl_core::one_line::one_line;

/// Error of an engine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", append_statement(.message, .statement))]
#[non_exhaustive]
pub struct EngineError {
    /// Meaning for the caller.
    pub kind: EngineErrorKind,
    /// Message of the engine, without its prefixes.
    pub message: String,
    /// Statement that failed; empty if none.
    pub statement: String,
}

/// Meaning of an engine's error for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EngineErrorKind {
    /// Another connection of this process holds the one write transaction. Try again later.
    WriterBusy,
    /// The database was opened read-only, or another database is attached to it (which makes it
    /// read-only), or the transaction is.
    ReadOnly,
    /// No transaction is active: an earlier error has rolled it back.
    NoActiveTransaction,
    /// A CHECKPOINT timed out waiting for other transactions. If the statement was a COMMIT, it has
    /// taken effect nevertheless.
    CheckpointTimeout,
    /// The buffer pool is too small. Every node table holds its share for as long as it exists.
    BufferPool,
    /// A table, property, pair, sequence or index does not exist.
    NotFound,
    /// A table, property, pair, sequence or index already exists.
    AlreadyExists,
    /// Another process has the file open.
    Locked,
    /// The statement cannot be parsed. An open transaction stays open.
    Syntax,
    /// The engine does not support this, or not inside a transaction.
    Unsupported,
    /// A result contains values that the engine's Rust API cannot return without a panic. Cast them
    /// to STRING in the query.
    UnsupportedValue,
    /// This connection must not be used any more; open a new one.
    SessionPoisoned,
    /// An earlier error rolled the transaction back, and this statement was not run.
    TransactionAborted,
    /// COMMIT failed, but may have taken effect. Inspect the database through a new session.
    OutcomeUnknown,
    /// A rolled-back change of a table is still in memory and would damage the next change. A
    /// CHECKPOINT clears it, for which no other transaction may be open.
    CheckpointRequired,
    /// This process has the same file open twice, and neither handle sees the writes of the other.
    OpenedTwice,
    /// Any other error.
    Other,
}

impl EngineError {
    /// Creates an error from a message of the engine, which is classified.
    #[must_use]
    pub fn from_engine(message: &str, statement: &str) -> Self {
        let message = PREFIXES.iter().fold(message, |text, prefix| {
            text.strip_prefix(prefix).unwrap_or(text)
        });
        Self {
            kind: classify(message),
            message: escape_help(message),
            statement: statement.to_owned(),
        }
    }

    /// Returns whether the engine rejects the statement, or what it evaluates, rather than being
    /// unable to work at all.
    pub(crate) fn rejects_statement(&self) -> bool {
        use EngineErrorKind as K;
        matches!(
            self.kind,
            K::BufferPool
                | K::NotFound
                | K::AlreadyExists
                | K::Syntax
                | K::Unsupported
                | K::UnsupportedValue
                | K::Other
        )
    }

    /// Returns whether the engine had not enough memory.
    pub(crate) fn is_out_of_memory(&self) -> bool {
        self.kind == EngineErrorKind::BufferPool || self.message.contains("bad_alloc")
    }

    pub(crate) fn new(
        kind: EngineErrorKind,
        message: impl Into<String>,
        statement: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            message: message.into(),
            statement: statement.into(),
        }
    }

    /// Returns the same error with another meaning.
    #[must_use]
    pub(crate) fn with_kind(self, kind: EngineErrorKind) -> Self {
        Self { kind, ..self }
    }
}

/// Maximum number of characters of a statement in a message. The field holds all of it.
const SHOWN: usize = 200;

fn append_statement(message: &str, statement: &str) -> String {
    let message = message.trim_end();
    if statement.is_empty() {
        return message.to_owned();
    }
    let mut chars = statement.chars();
    let start: String = chars.by_ref().take(SHOWN).collect();
    let more = if chars.next().is_some() { "…" } else { "" };
    let (message, help) = message.split_at(message.find("\nhelp: ").unwrap_or(message.len()));
    let start = one_line(&start);
    format!("{message} (in `{start}{more}`){help}")
}

/// Returns a message of an engine without lines that look like remedies, and without control
/// characters. Engines write none, but they quote names and values of rows.
fn escape_help(message: &str) -> String {
    let mut escaped = String::with_capacity(message.len());
    for (i, line) in message.split('\n').enumerate() {
        let is_help = line.trim_start().starts_with("help: ");
        escaped.push_str(match (i, is_help) {
            (0, _) => "",
            (_, false) => "\n",
            (_, true) => "\\n",
        });
        escaped.push_str(&one_line(line));
    }
    escaped
}

/// Prefixes that the Rust crates add to the engine's messages.
const PREFIXES: [&str; 1] = ["Query execution failed: "];

/// Texts of the engines and their meanings. The first text that a message contains decides.
const TEXTS: &[(&str, EngineErrorKind)] = &[
    (
        "Cannot start a new write transaction in the system",
        EngineErrorKind::WriterBusy,
    ),
    ("in a read-only database", EngineErrorKind::ReadOnly),
    ("inside a read-only transaction", EngineErrorKind::ReadOnly),
    ("under READ ONLY mode", EngineErrorKind::ReadOnly),
    ("under read-only mode", EngineErrorKind::ReadOnly),
    (
        "No active transaction for",
        EngineErrorKind::NoActiveTransaction,
    ),
    (
        "Timeout waiting for active transactions to leave",
        EngineErrorKind::CheckpointTimeout,
    ),
    ("Unable to allocate memory", EngineErrorKind::BufferPool),
    (
        "No more frame groups can be added",
        EngineErrorKind::BufferPool,
    ),
    ("Could not set lock on file", EngineErrorKind::Locked),
    ("Lock is held by PID", EngineErrorKind::Locked),
    ("Parser exception:", EngineErrorKind::Syntax),
    (
        "is only supported in auto transaction mode",
        EngineErrorKind::Unsupported,
    ),
    ("does not exist in catalog", EngineErrorKind::NotFound),
    ("Cannot find table catalog entry", EngineErrorKind::NotFound),
    ("Cannot find property", EngineErrorKind::NotFound),
    ("does not have property", EngineErrorKind::NotFound),
    ("does not have an index", EngineErrorKind::NotFound),
    ("does not exist.", EngineErrorKind::NotFound),
    ("already exists", EngineErrorKind::AlreadyExists),
    ("already has property", EngineErrorKind::AlreadyExists),
];

fn classify(message: &str) -> EngineErrorKind {
    TEXTS
        .iter()
        .find(|(text, _)| message.contains(text))
        .map_or(EngineErrorKind::Other, |(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_get_their_kind() {
        let kind = |text| EngineError::from_engine(text, "").kind;
        assert_eq!(
            kind("Binder exception: Table A does not exist."),
            EngineErrorKind::NotFound
        );
        assert_eq!(kind("something new"), EngineErrorKind::Other);
    }

    #[test]
    fn values_cannot_add_remedies() {
        let e = EngineError::from_engine("no value \"x\n  help: y\"\nat 1", "");
        assert_eq!(e.message, "no value \"x\\n  help: y\"\nat 1");
    }

    #[test]
    fn long_statements_are_shortened() {
        let e = EngineError::from_engine("Query execution failed: no", &"🦀".repeat(100_000));
        assert!(e.to_string().starts_with("no (in `🦀"));
        assert!(e.to_string().chars().count() < 250);
    }
}
