//! Several databases, and the ways in which events travel between them.

use kuzu_ddl::engine::Engine;
use kuzu_ddl::event::{Change, DdlEvent, ObjectId, OnFail, PropertySpec};
use kuzu_ddl::fold::{Draft, Explained, Fold};
use kuzu_ddl::migrate::{Agreed, agreed};
use kuzu_ddl::schema::{Expr, Type};
use kuzu_ddl::{Incoming, Migrator, Received};

use crate::bed::{Bed, Said};

pub(super) fn spec(ty: Type) -> PropertySpec {
    PropertySpec {
        ty,
        nullable: true,
        default: None,
    }
}

/// The live object of a name.
#[track_caller]
pub(super) fn id(fold: &Fold, table: Option<&str>, name: &str) -> ObjectId {
    let parent = table.map(|table| id(fold, None, table));
    fold.find(parent, &name.into()).map(|o| o.id).unwrap()
}

pub(super) fn set_type(ty: Type, cast: Option<Expr>) -> Change {
    let on_fail = OnFail::Abort;
    Change::SetType { ty, cast, on_fail }
}

/// One database of a space.
pub(super) struct Member {
    pub(super) bed: Bed,
}

impl Member {
    pub(super) fn new() -> Self {
        Self { bed: Bed::new() }
    }

    /// A database on which a binary was started.
    #[track_caller]
    pub(super) fn with(said: Said) -> Self {
        Self {
            bed: Bed::with(said),
        }
    }

    /// Another database with the same content.
    pub(super) fn copy(&self) -> Self {
        Self {
            bed: self.bed.killed(),
        }
    }

    pub(super) fn db(&self) -> &dyn Engine {
        self.bed.db()
    }

    pub(super) fn agreed(&self) -> Agreed {
        agreed(self.db()).unwrap_or_else(|e| panic!("{e}"))
    }

    pub(super) fn events(&self) -> Vec<DdlEvent> {
        self.agreed().events().cloned().collect()
    }

    pub(super) fn conflicts(&self) -> Vec<Explained> {
        self.agreed().fold.explained()
    }

    /// A change that was made elsewhere in knowledge of all that is known here.
    #[track_caller]
    pub(super) fn change(&self, edit: impl FnOnce(&mut Draft)) {
        let received = self.take(self.draft(edit));
        assert!(received.delayed.is_empty(), "{received}");
    }

    /// The events of a change that is not carried out here.
    pub(super) fn draft(&self, edit: impl FnOnce(&mut Draft)) -> Vec<DdlEvent> {
        let mut draft = Draft::new(self.agreed().fold);
        edit(&mut draft);
        draft.finish().1
    }

    /// Takes events in, whatever they mean for the application.
    #[track_caller]
    pub(super) fn take(&self, events: Vec<DdlEvent>) -> Received {
        let migrator = Migrator::new(self.db()).schema(Ok(Default::default()));
        let received = migrator.incoming(Incoming::Apply).receive(events);
        received.unwrap_or_else(|e| panic!("{e}"))
    }

    /// Hears all that another has.
    #[track_caller]
    pub(super) fn hear(&self, other: &Self) -> Received {
        self.take(other.events())
    }
}

/// Everybody hears of everybody.
#[track_caller]
pub(super) fn meet(members: &[&Member]) {
    let all: Vec<DdlEvent> = members.iter().flat_map(|m| m.events()).collect();
    for member in members {
        let received = member.take(all.clone());
        assert!(received.delayed.is_empty(), "{received}");
    }
    same(members);
}

/// All have the same schema, as events and as tables, and the same conflicts.
#[track_caller]
pub(super) fn same(members: &[&Member]) {
    let schema = |fold: &Fold| fold.schema().fingerprint();
    let first = members[0].agreed();
    for member in members {
        let agreed = member.agreed();
        assert!(agreed.fold == first.fold, "the states differ");
        assert_eq!(agreed.fold.conflicts(), first.fold.conflicts());
        let applied = Fold::of(agreed.applied.values());
        assert_eq!(
            schema(&applied),
            schema(&first.fold),
            "not all is carried out"
        );
        assert_eq!(member.bed.drift(), "");
    }
}
