//! Texts of errors: a message "what failed: why", then one `help:` line for each remedy.

use std::fmt;

use kuzu_ddl_core::one_line::one_line;
use kuzu_ddl_core::plan::{DeferredWork, HazardKind, allow_snippets, count_noun};

use super::{Error, drift};
use crate::ledger::{CorruptRow, Corruption};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message(f)?;
        let remedies = self.remedies();
        remedies
            .iter()
            .try_for_each(|remedy| write!(f, "\nhelp: {remedy}"))
    }
}

/// Formats like [`Display`](fmt::Display): `main` and `unwrap` print it.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error {
    /// Returns the remedies: the `help:` lines of the `Display` text, without that prefix. Those of
    /// single rows, objects or causes come first.
    #[must_use]
    pub fn help(&self) -> Vec<String> {
        let text = self.to_string();
        let lines = text.lines().map(str::trim_start);
        lines
            .filter_map(|line| line.strip_prefix("help: "))
            .map(str::to_owned)
            .collect()
    }

    fn message(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidDeclaration(e) => write!(f, "{e}"),
            Self::NothingDeclared => f.write_str(
                "nothing is declared: no crate with structs that derive `KuzuNode` or `KuzuEdge` is \
                 linked into this program",
            ),
            Self::History(e) => write!(f, "{e}"),
            Self::InvalidCheckpoint(e) => write!(f, "{e}"),
            Self::Engine(e) => write!(f, "engine error: {e}"),
            Self::LockTimeout { waited } => write!(
                f,
                "timed out after {} ms waiting for the write transaction held by another \
                 connection",
                waited.as_millis()
            ),
            Self::ReadOnly { plan } => write!(
                f,
                "the database is open read-only, but it is not up to date:{}",
                Lines(&[plan])
            ),
            Self::Incompatible(rows) => write!(
                f,
                "the declared schema is incompatible with the database:{}",
                Lines(rows)
            ),
            Self::RolledBack {
                to,
                when,
                incompatibilities,
            } => write!(
                f,
                "the changes of this binary were undone: the database was rolled back to {to} on \
                 {when}:{}",
                Lines(incompatibilities)
            ),
            Self::Irreversible(rows) => {
                write!(f, "the rollback cannot restore everything:{}", Lines(rows))
            }
            Self::BreaksApplication(rows) => write!(
                f,
                "a change of a peer removes objects declared by this application:{}",
                Lines(rows)
            ),
            Self::UnknownConflict => f.write_str(
                "cannot resolve the conflict: it does not exist, or this is not one of its choices",
            ),
            Self::CheckpointMissesEvents { events } => {
                let events = *events as u64;
                write!(
                    f,
                    "the checkpoint omits history that {} of this database {} on; nothing was \
                     changed",
                    count_noun(events, "event", "events"),
                    if events == 1 { "depends" } else { "depend" }
                )
            }
            Self::HazardsNotAllowed { hazards, .. } => write!(
                f,
                "the plan has hazards that are not allowed:{}",
                Lines(hazards)
            ),
            Self::PreflightFailed(rows) => write!(f, "preflight checks failed:{}", Lines(rows)),
            Self::DriftDetected(rows) => {
                write!(f, "the live schema differs from the ledger:{}", Lines(rows))
            }
            Self::CannotAdopt(rows) => write!(
                f,
                "cannot adopt out-of-band changes: they contradict the declared schema:{}",
                Lines(rows)
            ),
            Self::CorruptLedger(rows) => write!(
                f,
                "the ledger is corrupt, nothing was changed:{}",
                Lines(rows)
            ),
            Self::AlreadyBaselined { events } => write!(
                f,
                "cannot record a baseline: the database has a ledger with {}",
                count_noun(*events as u64, "event", "events")
            ),
            Self::Unplannable(rows) => {
                write!(f, "the declared schema cannot be reached:{}", Lines(rows))
            }
            Self::StalePlan => {
                f.write_str("the plan is stale: the database changed after it was created")
            }
            Self::RehearsalFailed { step, source } => {
                write!(f, "rehearsal failed at {step}: {source}")
            }
            Self::RehearsalMismatch(rows) => {
                write!(f, "rehearsal produced a different schema:{}", Lines(rows))
            }
            Self::StepFailed {
                number,
                step,
                source,
            } => write!(
                f,
                "step {number} ({step}) failed, and everything was rolled back: {source}"
            ),
            Self::FunctionFailed {
                object,
                function,
                row,
                reason,
            } => write!(
                f,
                "{object}: the function {function} returned no value for {}: {}",
                one_line(row),
                one_line(reason)
            ),
            Self::FunctionMissing { object, function } => write!(
                f,
                "{object}: its values are computed by the function {function}, which is missing \
                 from this program"
            ),
            Self::BackfillIncomplete(tasks) => {
                f.write_str("the schema is migrated, but the backfill is incomplete:")?;
                tasks
                    .iter()
                    .try_for_each(|DeferredWork { step, reason, .. }| {
                        write!(f, "\n  {}: {reason}", step.operation)
                    })
            }
            Self::RowCountMismatch { step } => write!(
                f,
                "{step}: the numbers of rows of the copy and the original differ; everything was \
                 rolled back"
            ),
            Self::VerificationFailed(rows) => write!(
                f,
                "verification failed: the resulting schema differs from the target; everything \
                 was rolled back:{}",
                Lines(rows)
            ),
            Self::Backup(e) => write!(f, "backup failed: {e}"),
            Self::BufferPoolTooSmall {
                tables,
                needed,
                limit,
            } => write!(
                f,
                "the buffer pool is too small: {} {} {needed} bytes, the limit is {limit} bytes",
                count_noun(*tables as u64, "node table", "node tables"),
                if *tables == 1 { "needs" } else { "need" },
            ),
            Self::CommitOutcomeUnknown(e) => {
                write!(f, "COMMIT failed, and its outcome is unknown: {e}")
            }
        }
    }

    /// The remedies of the error itself; those of its rows are in their texts.
    fn remedies(&self) -> Vec<String> {
        let fixed: &[&str] = match self {
            Self::NothingDeclared => &[
                "link the crate of the structs, for example with `use shop_model as _;`",
                "list what is declared with `println!(\"{}\", kuzu_ddl::declared()?)`",
                "or name the structs: `.declared(schema![…]?)` on the Migrator",
                "or start without a schema: `.allow_empty()` on the Migrator",
            ],
            Self::LockTimeout { .. } => &["raise the limit with `.lock_timeout(…)`"],
            Self::ReadOnly { .. } => &["open the database for writing once"],
            Self::RolledBack { .. } => &[
                "start the binary of that time",
                "or apply the changes again with `.reapply_rolled_back()` on the Migrator",
            ],
            Self::Irreversible(_) => {
                &["roll back anyway with `.allow_partial_rollback()` on the Migrator"]
            }
            Self::BreaksApplication(_) => &[
                "resolve the conflict with `.resolve(…)` on the Migrator",
                "or start a version of this application that is compatible with the change",
                "or apply the change anyway with `.receive_policy(ReceivePolicy::Apply)` on the \
                 Migrator",
            ],
            Self::UnknownConflict => &[
                "list the conflicts with `kuzu_ddl::peers::sync_state(&db)?.fold.conflicts()`",
                "list the choices of one with `fold.resolutions(&conflict)`",
            ],
            Self::CheckpointMissesEvents { .. } => &[
                "receive the peers' events with `Migrator::receive`",
                "or request a checkpoint taken after the peers received this database's events",
            ],
            Self::HazardsNotAllowed { hazards, plan } => {
                let snippets = allow_snippets(hazards).into_iter();
                let allow = |snippet| format!("allow it with `{snippet}` on the Migrator");
                let mut remedies: Vec<String> = snippets.map(allow).collect();
                if remedies.len() > 1 {
                    remedies.push(format!(
                        "or allow this plan with `.allow_plan(\"{}\")` on the Migrator",
                        plan.fingerprint()
                    ));
                }
                if hazards
                    .iter()
                    .any(|hazard| hazard.kind == HazardKind::Tightens)
                {
                    remedies.push(
                        "or give rows without a value one with `#[kuzu(fill = \"…\")]` on the field"
                            .to_owned(),
                    );
                }
                return remedies;
            }
            Self::DriftDetected(rows) => return drift::remedies(rows),
            Self::CannotAdopt(_) => &[
                "declare the changes in the source",
                "or correct the ledger only with `.drift_policy(DriftPolicy::Repair)` on the \
                 Migrator; the next start plans the declared schema",
                "or recreate missing objects without rows with \
                 `.drift_policy(DriftPolicy::Recreate)`",
            ],
            Self::CorruptLedger(rows) => return ledger_remedies(rows),
            Self::AlreadyBaselined { .. } => &[
                "record later out-of-band changes with `.drift_policy(DriftPolicy::Adopt)` on the \
                 Migrator",
                "or correct the ledger only with `.drift_policy(DriftPolicy::Repair)`",
            ],
            Self::StalePlan => &["create a new plan"],
            Self::FunctionMissing { .. } => &[
                "start a program that has it, with `#[kuzu(cast_with = …)]` or \
                 `#[kuzu(fill_with = …)]` on the field",
            ],
            Self::BackfillIncomplete(_) => {
                &["existing values are retained; the next start resumes the backfill"]
            }
            Self::BufferPoolTooSmall { .. } => {
                &["open the database with a larger `SystemConfig::buffer_pool_size`"]
            }
            Self::CommitOutcomeUnknown(_) => {
                &["start again: the next start detects whether COMMIT took effect"]
            }
            Self::InvalidDeclaration(_)
            | Self::History(_)
            | Self::Engine(_)
            | Self::Incompatible(_)
            | Self::InvalidCheckpoint(_)
            | Self::PreflightFailed(_)
            | Self::Unplannable(_)
            | Self::RehearsalFailed { .. }
            | Self::RehearsalMismatch(_)
            | Self::StepFailed { .. }
            | Self::FunctionFailed { .. }
            | Self::RowCountMismatch { .. }
            | Self::VerificationFailed(_)
            | Self::Backup(_) => &[],
        };
        fixed.iter().map(|remedy| (*remedy).to_owned()).collect()
    }
}

fn ledger_remedies(corrupt: &[CorruptRow]) -> Vec<String> {
    if corrupt
        .iter()
        .any(|row| row.corruption == Corruption::Foreign)
    {
        return vec![
            "use the program that wrote these rows: a newer version of kuzu-ddl, or another one"
                .to_owned(),
            "or restore the database file from a backup".to_owned(),
        ];
    }
    let quarantine = "or quarantine these rows with `.drift_policy(DriftPolicy::Repair)` on the \
                      Migrator, which records the live schema";
    let loss = corrupt.iter().find_map(CorruptRow::loss);
    vec![
        "restore the database file from a backup, or the rows from a peer".to_owned(),
        match loss {
            Some(loss) => format!("{quarantine}; {loss}"),
            None => quarantine.to_owned(),
        },
    ]
}

/// Items on indented lines of their own.
struct Lines<'a, T>(&'a [T]);

impl<T: fmt::Display> fmt::Display for Lines<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut items = self.0.iter().map(T::to_string);
        items.try_for_each(|item| write!(f, "\n  {}", item.replace('\n', "\n    ")))
    }
}
