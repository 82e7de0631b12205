//! Describes events, with the names that objects had when the event was recorded.

use kuzu_ddl_core::event::{Change, DdlEvent};
use kuzu_ddl_core::fold::{Fold, object_path};

/// Returns the path of the object and the summary of an event, and adds the event to `fold`.
pub(super) fn describe(event: &DdlEvent, fold: &mut Fold) -> (String, String) {
    let before = object_path(fold, event.object());
    fold.insert(event.clone());
    let path = before
        .or_else(|| object_path(fold, event.object()))
        .unwrap_or_else(|| event.object().abbreviate());
    let summary = summary(event.change(), &path, fold);
    (path, summary)
}

fn summary(change: &Change, path: &str, fold: &Fold) -> String {
    let verb = change.as_str();
    match change {
        Change::CreateNodeTable { key_name, key, .. } => {
            format!("{verb} {path}({key_name} {} PRIMARY KEY)", key.ty)
        }
        Change::AddProperty { spec, .. } => format!("{verb} {path} {}", spec.ty),
        Change::RenameTable { to } | Change::RenameProperty { to } => {
            format!("{verb} {path} to {to}")
        }
        Change::CommentOnTable { text: None } | Change::CommentOnProperty { text: None } => {
            format!("clear the {verb} {path}")
        }
        Change::SetType { ty, .. } => format!("{verb} of {path} to {ty}"),
        Change::SetTypeWith { ty, function, .. } => {
            format!("{verb} of {path} to {ty} by the function {function}")
        }
        Change::SetDefault {
            default: Some(expr),
        } => format!("{verb} of {path} to {expr}"),
        Change::SetDefault { default: None } => format!("drop the default of {path}"),
        Change::SetNullable { nullable: true } => format!("allow NULL in {path}"),
        Change::SetNullable { nullable: false } => format!("require a value of {path}"),
        Change::SetPrimaryKey { key } => {
            let key = fold.object(*key).map(|key| key.name.value.clone());
            format!("{verb} of {path} to {}", key.unwrap_or_default())
        }
        Change::SetMultiplicity { multiplicity } => format!("{verb} of {path} to {multiplicity}"),
        Change::SetStorage { storage } => format!("{verb} of {path} to {}", storage.as_str()),
        Change::Unknown { kind, .. } => format!("{verb} change of kind {kind}"),
        _ => format!("{verb} {path}"),
    }
}
