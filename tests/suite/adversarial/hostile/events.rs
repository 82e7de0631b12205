//! Events at the limits and beyond, of every kind.

use kuzu_ddl_core::event::{
    Aspect, Change, DdlEvent, Dependencies, Endpoints, EventId, IndexSpec, ObjectId, OnFail,
    PropertySpec, SequenceSpec,
};
use kuzu_ddl_core::fold::{ChangeBuilder, Fold};
use kuzu_ddl_core::schema::{Expr, IndexKind, Multiplicity, StorageDirection, StructField, Type};

/// Random numbers from a seed.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    fn pick<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        let at = self.below(all.len());
        all.get(at).cloned()
    }
}

/// A few hostile events, based on what the database knows.
pub(super) fn hostile_set(dice: &mut Dice, fold: &Fold) -> Vec<DdlEvent> {
    let mut events = Vec::new();
    for _ in 0..=dice.below(4) {
        // Several branches, so that their events are concurrent.
        let mut draft = ChangeBuilder::new(fold.clone());
        for _ in 0..=dice.below(5) {
            edit(dice, &mut draft);
        }
        events.extend(draft.finish().1);
    }
    if dice.chance(3) {
        let objects: Vec<ObjectId> = fold.objects().map(|object| object.id).collect();
        let object = dice.pick(&objects).unwrap_or(ObjectId::from_bytes([7; 32]));
        let known: Vec<EventId> = fold.events().iter().map(DdlEvent::id).collect();
        let missing = EventId::from_bytes([dice.below(255) as u8; 32]);
        let depends_on: Dependencies = match dice.below(3) {
            0 => [].into(),
            1 => [missing].into(),
            _ => known.iter().copied().collect(),
        };
        events.push(DdlEvent::new(object, depends_on, change(dice, fold)));
    }
    if dice.chance(4) {
        let place = dice.below(events.len());
        events.rotate_left(place);
    }
    events
}

const NAMES: &[&str] = &[
    "a",
    "A",
    "x",
    "name",
    "Name",
    "id",
    "ID",
    "level",
    "Person",
    "person",
    "Order",
    "order",
    "_id",
    "_label",
    "honest0",
    "x__a_01234567",
    "name__c_01234567",
    "Person__a_01234567",
    "Person_id_serial",
    "",
    "a`b",
    "a.b",
    "a\u{1b}[31m\n",
    "é🦀",
    "_kuzu_ddl_x",
    "match",
    "T",
    "T1",
    "T2",
    "R",
];

fn name(dice: &mut Dice) -> String {
    match dice.below(12) {
        0 => "n".repeat(1024),
        1 => "n".repeat(1025),
        2 => format!("t{}", dice.below(1_000)),
        _ => dice.pick(NAMES).unwrap_or("a").to_owned(),
    }
}

const TYPES: &[&str] = &[
    "BOOL",
    "INT8",
    "INT64",
    "INT128",
    "UINT64",
    "FLOAT",
    "DOUBLE",
    "STRING",
    "BLOB",
    "UUID",
    "DATE",
    "TIMESTAMP",
    "TIMESTAMP_NS",
    "INTERVAL",
    "DECIMAL(38, 38)",
    "DECIMAL(1, 0)",
    "SERIAL",
    "json",
    "INTERNAL_ID",
    "INT64[]",
    "DECIMAL(18, 0)[]",
    "FLOAT[3]",
    "FLOAT[8]",
    "STRING[4][4]",
    "MAP(STRING, DECIMAL(18, 2))",
    "STRUCT(a INT64, A STRING)",
    "UNION(a INT64, b STRING)",
];

fn ty(dice: &mut Dice) -> Type {
    let plain = |dice: &mut Dice| {
        let text = dice.pick(TYPES).unwrap_or("INT64");
        text.parse::<Type>().unwrap_or(Type::Int64)
    };
    let members = |dice: &mut Dice, n: usize| -> Vec<StructField> {
        let ty = plain(dice);
        let member = |i| StructField {
            name: format!("m{i}"),
            ty: ty.clone(),
        };
        (0..n).map(member).collect()
    };
    match dice.below(24) {
        0 => {
            let n = dice.pick(&[
                1_000,
                100_000,
                1_000_000,
                1_000_001,
                4_294_967_296,
                u64::MAX,
            ]);
            Type::Array(Box::new(plain(dice)), n.unwrap_or(1))
        }
        1 => Type::Array(Box::new(Type::Array(Box::new(plain(dice)), 1_000)), 1_000),
        2 => {
            let n = dice.pick(&[10, 200, 1_023, 1_024, 20_000]).unwrap_or(1);
            Type::Struct(members(dice, n))
        }
        3 => Type::Union(members(dice, 300)),
        4 => {
            let depth = dice.pick(&[8, 63, 64, 65, 500]).unwrap_or(8);
            (0..depth).fold(Type::Int64, |ty, _| Type::List(Box::new(ty)))
        }
        5 => Type::Decimal {
            precision: dice.below(60) as u8,
            scale: dice.below(60) as u8,
        },
        _ => plain(dice),
    }
}

const EXPRS: &[&str] = &[
    "7",
    "-9223372036854775808",
    "170141183460469231731687303715884105727",
    "1.5",
    "true",
    "'x'",
    "''",
    "'12.5'",
    "['12.5']",
    "[1, 2]",
    "{a: 1}",
    "map(['a'], [1])",
    "map(['a'], ['12.5'])",
    "repeat('x', 2000000)",
    "repeat('x', 60000)",
    "repeat(repeat('x', 1000), 1000)",
    "nextval('order_no')",
    "nextval('missing')",
    "current_timestamp()",
    "gen_random_uuid()",
    "CAST('2020-01-01' AS DATE)",
    "CAST(['12.5'] AS DECIMAL(18, 0)[])",
    "CAST('9999-12-31' AS TIMESTAMP)",
    "1 / 0",
    "1 % 0",
    "pow(10, 400)",
    "sqrt(-1)",
    "ln(0)",
    "list_creation('12.5')",
    "coalesce(['12.5'])",
    "array_value('12.5')",
    "concat('a', 1)",
    "substring('x', -1, 99999999)",
    "to_json('x')",
    "-(-9223372036854775808)",
    "abs(-9223372036854775808)",
    "CAST('00000000-0000-0000-0000-000000000000' AS UUID)",
    "to_years(9223372036854775807)",
];

fn expr(dice: &mut Dice) -> Option<Expr> {
    Expr::parse_cast(dice.pick(EXPRS)?).ok()
}

fn property_spec(dice: &mut Dice) -> PropertySpec {
    PropertySpec {
        ty: ty(dice),
        nullable: !dice.chance(3),
        default: if dice.chance(2) { expr(dice) } else { None },
    }
}

fn number(dice: &mut Dice) -> i64 {
    let numbers = [i64::MIN, -1, 0, 1, 7, i64::MAX];
    dice.pick(&numbers).unwrap_or(1)
}

fn sequence(dice: &mut Dice) -> SequenceSpec {
    SequenceSpec {
        start: number(dice),
        increment: number(dice),
        min: number(dice),
        max: number(dice),
        cycle: dice.chance(2),
    }
}

fn index(dice: &mut Dice, properties: Vec<ObjectId>) -> IndexSpec {
    let full_text = dice.chance(2);
    let kind = if full_text {
        IndexKind::FullText
    } else {
        IndexKind::Vector
    };
    let options: &[(&str, &str)] = if full_text {
        &[
            ("stemmer", "porter"),
            ("stopwords", "Person"),
            ("ignore_pattern", "["),
        ]
    } else {
        &[
            ("alpha", "1.0000001"),
            ("pu", "1e-7"),
            ("pu", "0.1"),
            ("mu", "26213"),
            ("efc", "9223372036854775807"),
            ("metric", "l2"),
        ]
    };
    let chosen = dice.pick(options).filter(|_| dice.chance(2));
    let options = chosen.map(|(name, value)| (name.to_owned(), value.to_owned()));
    IndexSpec {
        kind,
        properties,
        options: options.into_iter().collect(),
    }
}

fn multiplicity(dice: &mut Dice) -> Multiplicity {
    dice.pick(&Multiplicity::ALL)
        .unwrap_or(Multiplicity::ManyMany)
}

fn storage(dice: &mut Dice) -> StorageDirection {
    if dice.chance(2) {
        StorageDirection::Forward
    } else {
        StorageDirection::Both
    }
}

/// A change that suits no object in particular.
fn change(dice: &mut Dice, fold: &Fold) -> Change {
    let events: Vec<EventId> = fold.events().iter().map(DdlEvent::id).collect();
    let objects: Vec<ObjectId> = fold.objects().map(|object| object.id).collect();
    let event = dice.pick(&events).unwrap_or(EventId::from_bytes([1; 32]));
    let object = dice.pick(&objects).unwrap_or(ObjectId::from_bytes([1; 32]));
    match dice.below(14) {
        0 => Change::SetType {
            ty: ty(dice),
            cast: expr(dice),
            on_fail: OnFail::Null,
        },
        1 => Change::SetTypeWith {
            ty: ty(dice),
            function: "app::missing".to_owned(),
            on_fail: OnFail::Abort,
        },
        2 => Change::SetDefault {
            default: expr(dice),
        },
        3 => Change::SetNullable { nullable: false },
        4 => Change::SetPrimaryKey { key: object },
        5 => Change::SetMultiplicity {
            multiplicity: multiplicity(dice),
        },
        6 => Change::SetStorage {
            storage: storage(dice),
        },
        7 => Change::Purge { archived_by: event },
        8 => Change::Resolve {
            aspect: Aspect::Name,
            keep: event,
        },
        9 => Change::Unknown {
            kind: 999,
            body: vec![1, 2, 3],
        },
        10 => Change::RenameTable { to: name(dice) },
        11 => Change::DropTable,
        12 => Change::RestoreProperty,
        _ => Change::DropProperty,
    }
}

/// One edit that follows the rules of the events, whatever it asks of the engine.
fn edit(dice: &mut Dice, draft: &mut ChangeBuilder) {
    use kuzu_ddl_core::event::ObjectKind as K;
    let of = |draft: &ChangeBuilder, kinds: &[K]| -> Vec<ObjectId> {
        let objects = draft.fold().objects();
        let of_kind = objects.filter(|object| kinds.contains(&object.kind()));
        of_kind.map(|object| object.id).collect()
    };
    let tables = of(draft, &[K::NodeTable, K::EdgeTable]);
    let nodes = of(draft, &[K::NodeTable]);
    let edges = of(draft, &[K::EdgeTable]);
    let properties = of(draft, &[K::Property]);
    let all = of(
        draft,
        &[
            K::NodeTable,
            K::EdgeTable,
            K::Property,
            K::Pair,
            K::Index,
            K::Sequence,
        ],
    );
    match dice.below(20) {
        0 | 1 => {
            let (name, key) = (name(dice), name(dice));
            let mut key_spec = property_spec(dice);
            if !dice.chance(4) {
                key_spec = PropertySpec {
                    ty: Type::Int64,
                    nullable: false,
                    default: None,
                };
            }
            draft.create_node_table(&name, &key, key_spec);
        }
        2 => {
            let (name, multiplicity, storage) = (name(dice), multiplicity(dice), storage(dice));
            let table = draft.create_edge_table(&name, multiplicity, storage);
            if let (Some(from), Some(to)) = (dice.pick(&nodes), dice.pick(&nodes)) {
                draft.add_pair(table, Endpoints { from, to });
            }
        }
        3..=6 => {
            if let Some(table) = dice.pick(&tables) {
                let (name, spec) = (name(dice), property_spec(dice));
                draft.add_property(table, &name, spec);
            }
        }
        7 => {
            let parts = (dice.pick(&edges), dice.pick(&nodes), dice.pick(&nodes));
            if let (Some(table), Some(from), Some(to)) = parts {
                draft.add_pair(table, Endpoints { from, to });
            }
        }
        8 => {
            if let (Some(table), Some(property)) = (dice.pick(&nodes), dice.pick(&properties)) {
                let spec = index(dice, vec![property]);
                draft.create_index(table, &format!("ix{}", dice.below(9)), spec);
            }
        }
        9 => {
            let (name, spec) = (name(dice), sequence(dice));
            draft.create_sequence(&name, spec);
        }
        10 => all_of(dice, &all, |object| draft.archive(object)),
        11 => all_of(dice, &all, |object| draft.restore(object)),
        12 => {
            let to = name(dice);
            all_of(dice, &all, |object| draft.rename(object, &to));
        }
        13 => {
            let text = dice.pick(&["c", "\u{1b}[2J\n", ""]).map(str::to_owned);
            all_of(dice, &all, |object| draft.set_comment(object, text.clone()));
        }
        _ => {
            let change = change(dice, draft.fold());
            let object = if dice.chance(3) {
                dice.pick(&all)
            } else {
                dice.pick(&properties)
            };
            if let Some(object) = object {
                draft.change(object, change);
            }
        }
    }
}

fn all_of(dice: &mut Dice, objects: &[ObjectId], edit: impl FnOnce(ObjectId)) {
    if let Some(object) = dice.pick(objects) {
        edit(object);
    }
}
