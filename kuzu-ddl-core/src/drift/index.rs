//! Comparison of the indexes of a table.

use std::collections::BTreeMap;
use std::fmt;

use super::collector::{Compared, DriftCollector};
use super::model::{Aspect, Drift, DriftKind, Location};
use crate::fold::{Object, ObjectBody};
use crate::schema::{Index, IndexKind, NameKey};

/// Compares the indexes. A dropped one may still exist: it stays with an archived property, because
/// the engine cannot drop it in place.
pub(super) fn compare(of: &Compared<'_>, rows: &mut Vec<Drift>) {
    let (fold, live) = (of.fold, of.live);
    let mut extra = live.indexes.clone();
    let path = |name: &str| format!("{}[{name}]", live.name);
    let site = |name: &str| Location::Index(of.key.clone(), NameKey::new(name));
    let (mut now, before): (Vec<&Object>, Vec<&Object>) = fold
        .children(of.object.id)
        .partition(|child| child.is_live());
    now.retain(|child| !of.local.has_deferred(child.id));
    for (id, mut expected) in now.iter().filter_map(|o| Some((o.id, fold.index(o)?))) {
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
            .map(|key| of.live_name(key))
            .collect();
        if !expected.is_equivalent_to(&is) {
            rows.check(Aspect::Definition, &Form(&expected), &Form(&is));
        }
    }
    forget(of, &before, &mut extra);
    rows.extend(extra.values().map(|index| Drift {
        object: path(&index.name),
        kind: DriftKind::Unexpected,
        id: None,
        site: site(&index.name),
    }));
}

/// Removes what is not drift although it matches no live index of the events.
fn forget(of: &Compared<'_>, before: &[&Object], extra: &mut BTreeMap<NameKey, Index>) {
    let dropped = before
        .iter()
        .filter(|o| matches!(o.body, ObjectBody::Index(_)));
    for object in dropped {
        extra.remove(&NameKey::new(&object.name.value));
    }
    // A deferred index may exist already: the process may have ended before the task was removed.
    let children = of.fold.children(of.object.id);
    let deferred = children.filter(|child| of.local.has_deferred(child.id));
    for index in deferred.filter_map(|o| of.fold.index(o)) {
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
