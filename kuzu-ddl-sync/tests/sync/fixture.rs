//! Histories and peers for the scenarios.

use std::collections::BTreeSet;

use kuzu_ddl_runtime::event::{Change, DdlEvent, Fingerprint, ObjectId, PropertySpec};
use kuzu_ddl_runtime::fold::{Conflict, Draft, Fold};
use kuzu_ddl_runtime::schema::{Expr, Type};
use kuzu_ddl_sync::{Hub, Limits, Log, Peer, PeerId, SpaceId};

pub(crate) const SPACE: &str = "shop";

/// Numbers that are the same in every run (splitmix64).
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

/// So many events that follow on a state, of all the kinds that schemas live by. Names are few, so that writers
/// who do not know of one another meet.
pub(crate) fn work(before: Fold, count: usize, random: &mut Random) -> Vec<DdlEvent> {
    let tables: Vec<ObjectId> = live(&before, |o| o.kind().is_table());
    let mut properties = live(&before, |o| o.parent.is_some());
    let mut tables = tables;
    let mut draft = Draft::new(before);
    let mut made = 0;
    while made < count {
        let n = random.below(40);
        if tables.is_empty() || random.chance(5) {
            let name = format!("Table{n}");
            if draft
                .fold()
                .find(None, &kuzu_ddl_runtime::schema::Key::new(&name))
                .is_some()
            {
                continue;
            }
            tables.push(draft.create_node_table(&name, "id", key()));
        } else if properties.is_empty() || random.chance(30) {
            let table = tables[random.below(tables.len())];
            let name = format!("property{n}");
            let taken = kuzu_ddl_runtime::schema::Key::new(&name);
            if draft.fold().find(Some(table), &taken).is_some() {
                continue;
            }
            let ty = [Type::Int64, Type::String, Type::Double][random.below(3)].clone();
            properties.push(draft.add_property(table, &name, spec(ty)));
        } else {
            let property = properties[random.below(properties.len())];
            edit(&mut draft, property, n, random);
        }
        made += 1;
    }
    let (_, events) = draft.finish();
    events.into_iter().take(count).collect()
}

fn edit(draft: &mut Draft, property: ObjectId, n: usize, random: &mut Random) {
    match random.below(6) {
        0 => draft.rename(property, &format!("renamed{n}")),
        1 => draft.comment(property, Some(format!("The {n}th."))),
        2 => draft.set(
            property,
            Change::SetNullable {
                nullable: n.is_multiple_of(2),
            },
        ),
        3 => draft.set(
            property,
            Change::SetDefault {
                default: Some(Expr::Int(n as i128)),
            },
        ),
        4 => draft.drop(property),
        _ => draft.restore(property),
    }
}

fn live(fold: &Fold, which: impl Fn(&kuzu_ddl_runtime::fold::Object) -> bool) -> Vec<ObjectId> {
    let objects = fold
        .objects()
        .filter(|object| fold.is_in_use(object) && which(object));
    objects.map(|object| object.id).collect()
}

/// The fold of a peer's events, on top of the checkpoint that it began with.
pub(crate) fn fold(log: &Log) -> Fold {
    let base = log.base().map(|base| base.fold().expect("a state"));
    let mut fold = base.unwrap_or_default();
    fold.extend(log.events().cloned());
    fold
}

pub(crate) fn outcome(log: &Log) -> (Fingerprint, BTreeSet<Conflict>, usize) {
    let fold = fold(log);
    (
        fold.schema().fingerprint(),
        fold.conflicts().into_iter().collect(),
        fold.rejected().len(),
    )
}

pub(crate) fn id(n: usize) -> PeerId {
    PeerId::named(&format!("peer {n}"))
}

pub(crate) fn peer(n: usize) -> Peer {
    Peer::new(id(n), SpaceId::named(SPACE), Limits::default())
}

/// A hub with so many peers, not linked yet.
pub(crate) fn hub(peers: usize) -> (Hub, Vec<PeerId>) {
    let mut hub = Hub::new();
    let ids = (0..peers).map(|n| hub.add(peer(n))).collect();
    (hub, ids)
}

/// Events by a peer on the state it is in.
pub(crate) fn write(hub: &mut Hub, id: PeerId, count: usize, random: &mut Random) {
    let before = fold(hub.peer(id).expect("a peer").log());
    hub.local(id, work(before, count, random))
        .expect("its own events");
}
