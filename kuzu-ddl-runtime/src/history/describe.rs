//! Events in sentences, with the names that things had when the event came.

use crate::event::{Change, DdlEvent, ObjectId};
use crate::fold::{Body, Fold};

/// What an event is about and what it says, and the state with it.
pub(super) fn describe(event: &DdlEvent, fold: &mut Fold) -> (String, String) {
    let before = path(fold, event.object());
    fold.take(event.clone());
    let path = before
        .or_else(|| path(fold, event.object()))
        .unwrap_or_else(|| event.object().short());
    let what = sentence(event.change(), &path, fold);
    (path, what)
}

/// `Table`, `Table.property` or `Table(From -> To)`, without suffixes.
pub(crate) fn path(fold: &Fold, id: ObjectId) -> Option<String> {
    let name = |id| Some(fold.object(id)?.name.value.clone());
    let object = fold.object(id)?;
    let Some(parent) = object.parent else {
        return Some(object.name.value.clone());
    };
    let table = name(parent)?;
    Some(match &object.body {
        Body::Pair(ends) => format!("{table}({} -> {})", name(ends.from)?, name(ends.to)?),
        _ => format!("{table}.{}", object.name.value),
    })
}

fn sentence(change: &Change, path: &str, fold: &Fold) -> String {
    let word = change.word();
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
        Change::SetTypeBy { ty, function, .. } => {
            format!("{word} of {path} to {ty} by the function {function}")
        }
        Change::SetDefault {
            default: Some(expr),
        } => format!("{word} of {path} to {expr}"),
        Change::SetDefault { default: None } => format!("drop the default of {path}"),
        Change::SetNullable { nullable: true } => format!("allow NULL in {path}"),
        Change::SetNullable { nullable: false } => format!("require a value of {path}"),
        Change::SetKey { key } => {
            let key = fold.object(*key).map(|key| key.name.value.clone());
            format!("{word} of {path} to {}", key.unwrap_or_default())
        }
        Change::SetMultiplicity { multiplicity } => format!("{word} of {path} to {multiplicity}"),
        Change::SetStorage { storage } => format!("{word} of {path} to {}", storage.word()),
        Change::Unknown { kind, .. } => format!("{word} change of kind {kind}"),
        _ => format!("{word} {path}"),
    }
}
