//! Acquires the write transaction: a process has one, and the engine does not wait for it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::engine::{Engine, EngineErrorKind, Transaction, ensure_single_handle};
use crate::error::Error;

/// Pause between two attempts.
const RETRY_INTERVAL: Duration = Duration::from_millis(20);

/// Runs `f` in a write transaction. It must commit; otherwise everything is rolled back.
///
/// # Errors
/// [`Error::LockTimeout`] if another connection has the transaction for longer than `wait`;
/// otherwise the errors of `f`.
pub(crate) fn with_writer<T>(
    engine: &dyn Engine,
    wait: Duration,
    f: impl FnOnce(Transaction<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let deadline = Instant::now() + wait;
    loop {
        // A connection whose BEGIN failed can never be used again.
        let session = engine.session()?;
        ensure_single_handle(session.as_ref())?;
        match Transaction::begin(session.as_ref()) {
            Ok(transaction) => return f(transaction),
            Err(e) if e.kind == EngineErrorKind::WriterBusy => {
                if Instant::now() >= deadline {
                    return Err(Error::LockTimeout { waited: wait });
                }
            }
            Err(e) => return Err(e.into()),
        }
        std::thread::sleep(RETRY_INTERVAL);
    }
}

/// Returns the time in milliseconds since 1970 by this machine's clock.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}
