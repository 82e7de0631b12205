//! Events in sentences, with the names that things had when the event came.

use kuzu_ddl_core::event::{Change, DdlEvent};
use kuzu_ddl_core::fold::{Fold, object_path};

/// What an event is about and what it says, and the state with it.
pub(super) fn describe(event: &DdlEvent, fold: &mut Fold) -> (String, String) {
    let before = object_path(fold, event.object());
    fold.insert(event.clone());
    let path = before
        .or_else(|| object_path(fold, event.object()))
        .unwrap_or_else(|| event.object().short());
    let what = sentence(event.change(), &path, fold);
    (path, what)
}

fn sentence(change: &Change, path: &str, fold: &Fold) -> String {
    let word = change.as_str();
    match change {
        Change::CreateNodeTable { key_name, key, .. } => {
            format!("{word} {path}({key_name} {} PRIMARY KEY)", key.ty)
        }
        Change::AddProperty { spec, .. } => format!("{word} {path} {}", spec.ty),
        Change::RenameTable { to } | Change::RenameProperty { to } => {
            format!("{word} {path} to {to}")
        }
        Change::CommentOnTable { text: None } | Change::CommentOnProperty { text: None } => {
            format!("clear the {word} {path}")
        }
        Change::SetType { ty, .. } => format!("{word} of {path} to {ty}"),
        Change::SetTypeWith { ty, function, .. } => {
            format!("{word} of {path} to {ty} by the function {function}")
        }
        Change::SetDefault {
            default: Some(expr),
        } => format!("{word} of {path} to {expr}"),
        Change::SetDefault { default: None } => format!("drop the default of {path}"),
        Change::SetNullable { nullable: true } => format!("allow NULL in {path}"),
        Change::SetNullable { nullable: false } => format!("require a value of {path}"),
        Change::SetPrimaryKey { key } => {
            let key = fold.object(*key).map(|key| key.name.value.clone());
            format!("{word} of {path} to {}", key.unwrap_or_default())
        }
        Change::SetMultiplicity { multiplicity } => format!("{word} of {path} to {multiplicity}"),
        Change::SetStorage { storage } => format!("{word} of {path} to {}", storage.as_str()),
        Change::Unknown { kind, .. } => format!("{word} change of kind {kind}"),
        _ => format!("{word} {path}"),
    }
}
