//! TODO-DOC fold::columns

use super::merge::Settled;
use super::object::{Archive, Body, Object, Written};
use super::state::Fold;
use crate::event::{Change, DdlEvent, EventId, ObjectId, OnFail, Part, hex};
use crate::schema::{Expr, Key, Type};

impl Fold {
    /// Archives the column that a change replaces. The engine can alter neither type nor default,
    /// so the old values stay in another column. Which columns can exist follows from what each
    /// change saw, so it is the same on every peer.
    pub(super) fn keep_columns(
        &mut self,
        id: ObjectId,
        part: Part,
        event: &DdlEvent,
        written: &Written,
    ) {
        if event.change().is_birth() {
            return;
        }
        let Some(before) = self.known_value(id, part, event) else {
            return;
        };
        let ty = match self.known_value(id, Part::Type, event).map(|s| s.value) {
            Some(Written::Type(ty)) => ty,
            _ => return,
        };
        let to = match written {
            Written::Type(to) => to.clone(),
            _ => ty.clone(),
        };
        let by = event.id();
        let mut columns = self.lost(id, &before, &to);
        columns.iter_mut().for_each(|column| column.by = by);
        let Some(object) = self.object(id) else {
            return;
        };
        if before.value != *written {
            let name = column_name(&object.born_as, false, mark(by));
            columns.push(archive(event, name, (ty, to)));
        }
        for column in columns {
            self.keep_column(id, column);
        }
    }

    /// Records an archived column, in the order of the changes; of two with one name, the first
    /// stays.
    pub(super) fn keep_column(&mut self, id: ObjectId, column: Archive) {
        let Some(object) = self.object(id) else {
            return;
        };
        let (rank, archives) = (self.rank_of(column.by), &object.archives);
        let twin = archives.iter().position(|a| a.name == column.name);
        if twin.is_some_and(|twin| self.rank_of(archives[twin].by) <= rank) {
            return;
        }
        let before = |a: &Archive| (self.rank_of(a.by), &a.name) < (rank, &column.name);
        let at = archives.partition_point(before);
        if let Some(object) = self.object_mut(id) {
            if let Some(twin) = twin {
                object.archives.remove(twin);
            }
            if object.archives.len() < 4 {
                object.archives.reserve_exact(1);
            }
            object.archives.insert(at, column);
        }
    }

    /// Returns the conflict columns that a change leaves behind when it saw the conflict and
    /// resolves it.
    fn lost(&self, id: ObjectId, known: &Settled, to: &Type) -> Vec<Archive> {
        let Some(object) = self.object(id) else {
            return Vec::new();
        };
        let column = |loser: &EventId| match self.written(self.event(*loser)?, Part::Type, id)? {
            Written::Type(ty) => Some(beside(object, *loser, ty, to)),
            _ => None,
        };
        match &known.value {
            Written::Type(_) => known.losers.iter().filter_map(column).collect(),
            _ => Vec::new(),
        }
    }

    /// Recomputes the conflict columns of a property: one for each type that lost.
    pub(super) fn set_beside(&mut self, id: ObjectId) {
        let Some(object) = self.object(id) else {
            return;
        };
        let columns = match object.rivals.get(&Part::Type) {
            Some(rivals) => self
                .settled(rivals)
                .and_then(|settled| match &settled.value {
                    Written::Type(to) => Some(self.lost(id, &settled, to)),
                    _ => None,
                })
                .unwrap_or_default(),
            None => Vec::new(),
        };
        if let Some(object) = self.object_mut(id) {
            object.beside = columns;
        }
    }

    /// Drops a default that does not fit the type, which happens after concurrent changes of the
    /// two.
    pub(super) fn fit(&mut self, id: ObjectId) {
        let Some(object) = self.object(id) else {
            return;
        };
        let heads = self.written_by(id, Part::Default, object.heads_of(Part::Default));
        let said = self.settled(&heads).map(|settled| settled.value);
        if let (Some(Written::Default(said)), Some(object)) = (said, self.object_mut(id)) {
            set_default(object, said);
        }
    }

    pub(super) fn purge_column(&mut self, id: ObjectId, of: EventId) {
        if let Some(object) = self.object_mut(id) {
            let archives = object.archives.iter_mut().filter(|a| a.by == of);
            archives.for_each(|archive| archive.purged = true);
        }
    }
}

/// Sets the default that was declared, if it fits the present type of the property.
pub(super) fn set_default(object: &mut Object, said: Option<Expr>) {
    if let Body::Property(spec) = &mut object.body {
        spec.default = said.filter(|expr| expr.check(&spec.ty).is_ok());
    }
}

/// Returns the name of a column with old values: the name that its property was created with, and
/// the first four bytes of the id of the event that replaced it; for a conflict column, of the
/// event that wrote its type.
pub(super) fn column_name(born_as: &Key, beside: bool, mark: [u8; 4]) -> String {
    let link = if beside { "__c_" } else { "__a_" };
    [born_as.as_str(), link, &hex(&mark)].concat()
}

pub(super) fn mark(event: EventId) -> [u8; 4] {
    let [a, b, c, d, ..] = *event.as_bytes();
    [a, b, c, d]
}

pub(super) fn beside(object: &Object, loser: EventId, ty: Type, to: &Type) -> Archive {
    Archive {
        by: loser,
        name: column_name(&object.born_as, true, mark(loser)),
        ty,
        to: to.clone(),
        cast: None,
        function: None,
        purged: false,
        on_fail: OnFail::Null,
    }
}

/// Returns the column with the values from before the event: of the first type, converted to the
/// second.
pub(super) fn archive(event: &DdlEvent, name: String, (ty, to): (Type, Type)) -> Archive {
    let (cast, function, on_fail) = match event.change() {
        Change::SetType { cast, on_fail, .. } => (cast.clone(), None, on_fail.clone()),
        Change::SetTypeBy {
            function, on_fail, ..
        } => (None, Some(function.clone()), on_fail.clone()),
        Change::Resolve { .. } => (None, None, OnFail::Null),
        _ => (None, None, OnFail::Abort),
    };
    Archive {
        by: event.id(),
        name,
        ty,
        to,
        cast,
        function,
        purged: false,
        on_fail,
    }
}
