//! The error of a change that no plan can make.

/// The remedy of a rollback over type changes that can be undone one by one, but not at once.
pub(in crate::plan) const REVISIONS_BETWEEN: &str =
    "roll back to the revisions in between first, one after the other";

/// Returns the refusal of type changes that are possible one by one, but not at once.
pub(in crate::plan) fn not_at_once(reason: &str) -> String {
    format!(
        "several type changes at once {reason}\nhelp: start the intermediate versions first\n\
         help: or in a rollback, {REVISIONS_BETWEEN}"
    )
}

/// Error returned for a change that no plan can make.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The name belongs to an object that no event created.
    #[error(
        "{object}: the name is taken by an object that kuzu-ddl does not manage\n\
         help: rename that object manually\n\
         help: or give this one another name with `#[kuzu(name = \"…\")]`"
    )]
    NameTaken {
        /// Table or property.
        object: String,
    },
    /// The engine does not support the change.
    #[error("{object}: {reason}")]
    Unsupported {
        /// Table or property.
        object: String,
        /// Reason, and what to do instead.
        reason: String,
    },
}
