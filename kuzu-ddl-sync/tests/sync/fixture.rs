//! Histories and peers for the tests.

use std::collections::BTreeSet;

use kuzu_ddl_core::event::{Change, DdlEvent, Fingerprint, ObjectId, PropertySpec};
use kuzu_ddl_core::fold::{ChangeBuilder, Conflict, Fold};
use kuzu_ddl_core::schema::{Expr, Type};
use kuzu_ddl_sync::{EventLog, Hub, Limits, Peer, PeerId, SpaceId};

pub(crate) const SPACE: &str = "shop";

/// A deterministic generator of pseudorandom numbers (splitmix64).
#[derive(Clone, Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for n in (1..items.len()).rev() {
            items.swap(n, self.below(n + 1));
        }
    }
}

pub(crate) fn spec(ty: Type) -> PropertySpec {
    PropertySpec {
        ty,
        nullable: true,
        default: None,
    }
}

fn key() -> PropertySpec {
    PropertySpec {
        nullable: false,
        ..spec(Type::Int64)
    }
}

/// Creates `count` events of various kinds on top of a state. The pool of names is small, so that
/// independent writers conflict.
pub(crate) fn random_events(before: Fold, count: usize, random: &mut Random) -> Vec<DdlEvent> {
    let mut tables: Vec<ObjectId> = live(&before, |o| o.kind().is_table());
    let mut properties = live(&before, |o| o.parent.is_some());
    let mut draft = ChangeBuilder::new(before);
    let mut created = 0;
    while created < count {
        let n = random.below(40);
        if tables.is_empty() || random.chance(5) {
            let name = format!("Table{n}");
            if draft
                .fold()
                .find(None, &kuzu_ddl_core::schema::name::NameKey::new(&name))
                .is_some()
            {
                continue;
            }
            tables.push(draft.create_node_table(&name, "id", key()));
        } else if properties.is_empty() || random.chance(30) {
            let table = tables[random.below(tables.len())];
            let name = format!("property{n}");
            let taken = kuzu_ddl_core::schema::name::NameKey::new(&name);
            if draft.fold().find(Some(table), &taken).is_some() {
                continue;
            }
            let ty = [Type::Int64, Type::String, Type::Double][random.below(3)].clone();
            properties.push(draft.add_property(table, &name, spec(ty)));
        } else {
            let property = properties[random.below(properties.len())];
            alter(&mut draft, property, n, random);
        }
        created += 1;
    }
    let (_, events) = draft.finish();
    events.into_iter().take(count).collect()
}

fn alter(draft: &mut ChangeBuilder, property: ObjectId, n: usize, random: &mut Random) {
    match random.below(6) {
        0 => draft.rename(property, &format!("renamed{n}")),
        1 => draft.set_comment(property, Some(format!("The {n}th."))),
        2 => draft.change(
            property,
            Change::SetNullable {
                nullable: n.is_multiple_of(2),
            },
        ),
        3 => draft.change(
            property,
            Change::SetDefault {
                default: Some(Expr::Int(n as i128)),
            },
        ),
        4 => draft.archive(property),
        _ => draft.restore(property),
    }
}

fn live(fold: &Fold, which: impl Fn(&kuzu_ddl_core::fold::Object) -> bool) -> Vec<ObjectId> {
    let objects = fold
        .objects()
        .filter(|object| fold.is_live_in_live_table(object) && which(object));
    objects.map(|object| object.id).collect()
}

/// The fold of a log, on top of the checkpoint that it starts from.
pub(crate) fn fold(log: &EventLog) -> Fold {
    let checkpoint = log.checkpoint();
    let base = checkpoint.map(|checkpoint| checkpoint.to_fold().expect("a valid state"));
    let mut fold = base.unwrap_or_default();
    fold.extend(log.events().cloned());
    fold
}

pub(crate) fn outcome(log: &EventLog) -> (Fingerprint, BTreeSet<Conflict>, usize) {
    let fold = fold(log);
    (
        fold.schema().fingerprint(),
        fold.conflicts().into_iter().collect(),
        fold.rejected_events().len(),
    )
}

pub(crate) fn id(n: usize) -> PeerId {
    PeerId::from_name(&format!("peer {n}"))
}

pub(crate) fn peer(n: usize) -> Peer {
    Peer::new(id(n), SpaceId::from_name(SPACE), Limits::default())
}

/// A hub with unconnected peers.
pub(crate) fn hub(peers: usize) -> (Hub, Vec<PeerId>) {
    let mut hub = Hub::new();
    let ids = (0..peers).map(|n| hub.add(peer(n))).collect();
    (hub, ids)
}

/// Publishes random events of a peer on top of its state.
pub(crate) fn publish_random(hub: &mut Hub, id: PeerId, count: usize, random: &mut Random) {
    let before = fold(hub.peer(id).expect("a peer").log());
    hub.publish(id, random_events(before, count, random))
        .expect("events on top of the log");
}
