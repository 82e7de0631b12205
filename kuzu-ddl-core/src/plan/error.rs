//! The error of a change that no plan can make.

/// The remedy for type changes that are possible one by one, but not at once.
pub(in crate::plan) const ONE_BY_ONE: &str = "help: start the intermediate versions first; \
     a rollback goes to the points between, one after the other";

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
