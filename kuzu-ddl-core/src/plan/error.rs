//! TODO-DOC plan::error

/// What no order of steps can do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The name belongs to something that the events did not make.
    #[error(
        "{object}: the name is taken in the database by something that is not under kuzu-ddl; rename that one by hand, or give this one another name with `#[kuzu(name = \"…\")]`"
    )]
    NameTaken {
        /// The table or property.
        object: String,
    },
    /// The engine has no way to do it.
    #[error("{object}: {reason}")]
    Impossible {
        /// The table or property.
        object: String,
        /// Why, and what to do instead.
        reason: String,
    },
}
