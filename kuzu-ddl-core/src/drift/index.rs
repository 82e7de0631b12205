//! Comparison of the indexes of a table.

use std::collections::BTreeMap;
use std::fmt;

use super::collector::{Compared, Rows};
use super::model::{Drift, DriftKind, Part, Site};
use crate::fold::{Body, Object};
use crate::schema::{Index, IndexKind, Key};

/// Compares the indexes. A dropped one may still exist: it stays with an archived property, because
/// the engine cannot drop it in place.
pub(super) fn compare(of: &Compared<'_>, rows: &mut Vec<Drift>) {
    let (fold, live) = (of.fold, of.live);
    let mut extra = live.indexes.clone();
    let path = |name: &str| format!("{}[{name}]", live.name);
    let site = |name: &str| Site::Index(of.key.clone(), Key::new(name));
    let (mut now, before): (Vec<&Object>, Vec<&Object>) = fold
        .children(of.object.id)
        .partition(|child| child.is_live());
    now.retain(|child| !of.local.owes(child.id));
    for (id, mut expected) in now.iter().filter_map(|o| Some((o.id, fold.index(o)?))) {
        let (object, site) = (path(&expected.name), site(&expected.name));
        let mut rows = Rows::new(rows, object, id, site);
        let Some(is) = extra.remove(&Key::new(&expected.name)) else {
            rows.push(DriftKind::Missing);
            continue;
        };
        rows.check(Part::Name, &expected.name, &is.name);
        expected.properties = expected.properties.iter().map(|key| of.here(key)).collect();
        if !expected.is_as(&is) {
            rows.check(Part::Form, &Form(&expected), &Form(&is));
        }
    }
    forget(of, &before, &mut extra);
    rows.extend(extra.values().map(|index| Drift {
        object: path(&index.name),
        kind: DriftKind::Extra,
        id: None,
        site: site(&index.name),
    }));
}

/// Removes what is not drift although it matches no live index of the events.
fn forget(of: &Compared<'_>, before: &[&Object], extra: &mut BTreeMap<Key, Index>) {
    let dropped = before.iter().filter(|o| matches!(o.body, Body::Index(_)));
    for object in dropped {
        extra.remove(&Key::new(&object.name.value));
    }
    // A deferred index may exist already: the process may have ended before the task was removed.
    let children = of.fold.children(of.object.id);
    let owed = children.filter(|child| of.local.owes(child.id));
    for index in owed.filter_map(|o| of.fold.index(o)) {
        extra.remove(&Key::new(&index.name));
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
        let options = self.0.complete();
        options
            .iter()
            .try_for_each(|(name, value)| write!(f, ", {name} = {value}"))
    }
}
