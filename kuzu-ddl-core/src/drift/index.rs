//! Comparison of the indexes of a table.

use std::collections::BTreeMap;
use std::fmt;

use super::collector::{Compared, DriftCollector};
use super::model::{Aspect, Drift, DriftKind, Location};
use crate::fold::{Object, ObjectBody};
use crate::schema::{Index, IndexKind, NameKey};

/// Compares the indexes. A dropped one may still exist: it stays with an archived property, because
/// the engine cannot drop it in place.
pub(super) fn compare(compared: &Compared<'_>, rows: &mut Vec<Drift>) {
    let (fold, live) = (compared.fold, compared.live);
    let mut extra = live.indexes.clone();
    let path = |name: &str| format!("{}[{name}]", live.name);
    let site = |name: &str| Location::Index(compared.key.clone(), NameKey::new(name));
    let (mut live_objects, dropped_objects): (Vec<&Object>, Vec<&Object>) =
        fold.children(compared.object.id).partition(|child| {
            // One that its property's type does not allow stays with the archived column, too.
            let is_unfit =
                matches!(child.body, ObjectBody::Index(_)) && fold.index(child).is_none();
            child.is_live() && !is_unfit
        });
    live_objects.retain(|child| !compared.local.has_deferred(child.id));
    for (id, mut expected) in live_objects
        .iter()
        .filter_map(|o| Some((o.id, fold.index(o)?)))
    {
        let (object, site) = (path(&expected.name), site(&expected.name));
        let mut rows = DriftCollector::new(rows, object, id, site);
        let Some(is) = extra.remove(&NameKey::new(&expected.name)) else {
            rows.push(DriftKind::Missing);
            continue;
        };
        rows.check(Aspect::Name, &expected.name, &is.name);
        expected.properties = expected
            .properties
            .iter()
            .map(|key| compared.live_name(key))
            .collect();
        if !expected.is_equivalent_to(&is) {
            rows.check(Aspect::Definition, &Form(&expected), &Form(&is));
        }
    }
    exclude_unmanaged(compared, &dropped_objects, &mut extra);
    rows.extend(extra.values().map(|index| Drift {
        object: path(&index.name),
        kind: DriftKind::Unexpected,
        id: None,
        site: site(&index.name),
    }));
}

/// Removes what is not drift although it matches no live index of the events.
fn exclude_unmanaged(
    compared: &Compared<'_>,
    dropped_objects: &[&Object],
    extra: &mut BTreeMap<NameKey, Index>,
) {
    let dropped = dropped_objects
        .iter()
        .filter(|o| matches!(o.body, ObjectBody::Index(_)));
    for object in dropped {
        extra.remove(&NameKey::new(&object.name.value));
    }
    // A deferred index may exist already: the process may have ended before the task was removed.
    let children = compared.fold.children(compared.object.id);
    let deferred = children.filter(|child| compared.local.has_deferred(child.id));
    for index in deferred.filter_map(|o| compared.fold.index(o)) {
        extra.remove(&NameKey::new(&index.name));
    }
    // Indexes of other kinds are not managed.
    extra.retain(|_, index| !matches!(index.kind, IndexKind::Other(_)));
}

/// Definition of an index, for display.
#[derive(PartialEq)]
struct Form<'a>(&'a Index);

impl fmt::Display for Form<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on", self.0.kind)?;
        for property in &self.0.properties {
            write!(f, " {property}")?;
        }
        let options = self.0.resolved_options();
        options
            .iter()
            .try_for_each(|(name, value)| write!(f, ", {name} = {value}"))
    }
}
