//! Bytes and texts from untrusted sources are rejected or decoded, and each value has one encoding.

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use crate::event::*;
use crate::schema::{
    Expr, Float, IndexKind, Multiplicity, Operator, StorageDirection, StructField, Type,
};

fn ty() -> impl Strategy<Value = Type> {
    let plain = prop_oneof![
        Just(Type::Bool),
        Just(Type::Int8),
        Just(Type::Int64),
        Just(Type::UInt64),
        Just(Type::Double),
        Just(Type::String),
        Just(Type::Blob),
        Just(Type::Uuid),
        Just(Type::Timestamp),
        Just(Type::Json),
        (1_u8..=38)
            .prop_flat_map(|p| (Just(p), 0..=p))
            .prop_map(|(precision, scale)| Type::Decimal { precision, scale }),
    ];
    plain.prop_recursive(5, 24, 4, |inner| {
        let members = vec(inner.clone(), 1..4).prop_map(|types| {
            let named = types.into_iter().enumerate();
            named
                .map(|(i, ty)| StructField {
                    name: format!("m{i}"),
                    ty,
                })
                .collect::<Vec<_>>()
        });
        prop_oneof![
            inner.clone().prop_map(|t| Type::List(Box::new(t))),
            (inner.clone(), 1_u64..1_000).prop_map(|(t, n)| Type::Array(Box::new(t), n)),
            (inner.clone(), inner).prop_map(|(k, v)| Type::Map(Box::new(k), Box::new(v))),
            members.clone().prop_map(Type::Struct),
            members.prop_map(Type::Union),
        ]
    })
}

fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Expr::Bool),
        any::<i128>().prop_map(Expr::Int),
        any::<f64>().prop_map(|x| Expr::Float(Float(x))),
        ".*".prop_map(Expr::Text),
        vec(any::<u8>(), 0..20).prop_map(Expr::Bytes),
        ".*".prop_map(Expr::Opaque),
    ];
    leaf.prop_recursive(6, 32, 4, |inner| {
        let many = vec(inner.clone(), 0..4);
        let operator = prop_oneof![
            Just(Operator::Add),
            Just(Operator::Divide),
            Just(Operator::Modulo)
        ];
        let boxed = || inner.clone().prop_map(Box::new);
        prop_oneof![
            many.clone().prop_map(Expr::List),
            ("[a-z_]{1,12}", many).prop_map(|(name, args)| Expr::Call(name, args)),
            vec(("\\PC{0,6}", inner.clone()), 0..3).prop_map(Expr::Struct),
            (boxed(), ty()).prop_map(|(e, ty)| Expr::Cast(e, ty)),
            boxed().prop_map(Expr::Negate),
            (operator, boxed(), boxed()).prop_map(|(op, a, b)| Expr::Binary(op, a, b)),
        ]
    })
}

fn ids() -> impl Strategy<Value = Dependencies> {
    btree_set(any::<[u8; 32]>().prop_map(EventId::from_bytes), 0..4).prop_map(Dependencies::from)
}

fn object() -> impl Strategy<Value = ObjectId> {
    any::<[u8; 32]>().prop_map(ObjectId::from_bytes)
}

/// Names of every kind, most of them legal.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![6 => "[A-Za-z_][A-Za-z0-9_]{0,12}", 1 => "\\PC{1,8}", 1 => ".{0,4}"]
}

fn spec() -> impl Strategy<Value = PropertySpec> {
    let default = prop_oneof![
        3 => Just(None),
        1 => expr().prop_map(Some),
    ];
    let fitting = prop_oneof![
        any::<i64>().prop_map(|n| (Type::Int64, Some(Expr::Int(n.into())))),
        "[^\u{0}]{0,9}".prop_map(|text| (Type::String, Some(Expr::Text(text)))),
        (ty(), default),
    ];
    (fitting, any::<bool>()).prop_map(|((ty, default), nullable)| PropertySpec {
        ty,
        nullable,
        default,
    })
}

fn index_spec() -> impl Strategy<Value = IndexSpec> {
    let kind = prop_oneof![
        3 => Just(IndexKind::FullText),
        3 => Just(IndexKind::Vector),
        1 => name().prop_map(IndexKind::Other),
    ];
    let option = prop_oneof![4 => "[a-z_]{1,12}", 1 => ".{0,80}"];
    let value = prop_oneof![4 => "[^\u{0}]{0,20}", 1 => ".{0,1100}"];
    let options = proptest::collection::btree_map(option, value, 0..4);
    (kind, vec(object(), 0..4), options).prop_map(|(kind, properties, options)| IndexSpec {
        kind,
        properties,
        options,
    })
}

fn sequence_spec() -> impl Strategy<Value = SequenceSpec> {
    let legal =
        (1_i64..100, 1_i64..9).prop_map(|(start, increment)| (start, increment, 1, i64::MAX));
    let numbers = prop_oneof![legal, any::<(i64, i64, i64, i64)>()];
    (numbers, any::<bool>()).prop_map(|((start, increment, min, max), cycle)| SequenceSpec {
        start,
        increment,
        min,
        max,
        cycle,
    })
}

fn change() -> impl Strategy<Value = Change> {
    let text = || prop_oneof![Just(None), ".{1,20}".prop_map(Some)];
    let multiplicity = prop::sample::select(Multiplicity::ALL.to_vec());
    let storage = prop_oneof![
        Just(StorageDirection::Both),
        Just(StorageDirection::Forward)
    ];
    prop_oneof![
        (name(), name(), spec(), ids()).prop_map(|(name, key_name, key, predecessors)| {
            Change::CreateNodeTable {
                name,
                key_name,
                key,
                predecessors,
            }
        }),
        (name(), multiplicity, storage, ids()).prop_map(
            |(name, multiplicity, storage, predecessors)| {
                Change::CreateEdgeTable {
                    name,
                    multiplicity,
                    storage,
                    predecessors,
                }
            }
        ),
        (object(), name(), spec(), ids()).prop_map(|(table, name, spec, predecessors)| {
            Change::AddProperty {
                table,
                name,
                spec,
                predecessors,
            }
        }),
        (object(), object(), object(), ids()).prop_map(|(table, from, to, predecessors)| {
            Change::AddPair {
                table,
                endpoints: Endpoints { from, to },
                predecessors,
            }
        }),
        Just(Change::DropTable),
        Just(Change::RestoreTable),
        Just(Change::DropProperty),
        Just(Change::RestoreProperty),
        Just(Change::DropPair),
        Just(Change::RestorePair),
        name().prop_map(|to| Change::RenameTable { to }),
        ("[a-z:]{0,12}", ty()).prop_map(|(function, ty)| Change::SetTypeWith {
            ty,
            function,
            on_fail: crate::event::on_fail::OnFail::Null,
        }),
        name().prop_map(|to| Change::RenameProperty { to }),
        text().prop_map(|text| Change::CommentOnTable { text }),
        text().prop_map(|text| Change::CommentOnProperty { text }),
        object().prop_map(|id| Change::Purge {
            archived_by: EventId::from_bytes(*id.as_bytes())
        }),
        (object(), name(), index_spec(), ids()).prop_map(|(table, name, spec, predecessors)| {
            Change::CreateIndex {
                table,
                name,
                spec,
                predecessors,
            }
        }),
        Just(Change::DropIndex),
        (name(), sequence_spec(), ids()).prop_map(|(name, spec, predecessors)| {
            Change::CreateSequence {
                name,
                spec,
                predecessors,
            }
        }),
        Just(Change::DropSequence),
        (100_u16.., vec(any::<u8>(), 0..40))
            .prop_map(|(kind, body)| Change::Unknown { kind, body }),
    ]
}

pub(super) fn event() -> impl Strategy<Value = DdlEvent> {
    (change(), ids(), object()).prop_map(|(change, depends_on, object)| {
        DdlEvent::new(
            change.created_object().unwrap_or(object),
            depends_on,
            change,
        )
    })
}

/// Whatever decodes is the canonical encoding of its value.
fn check(bytes: &[u8]) {
    if let Ok(event) = DdlEvent::decode(bytes) {
        assert_eq!(event.encode(), bytes);
        assert_eq!(event.id(), EventId::hash_of(bytes));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn events_are_read_back(event in event()) {
        let bytes = event.encode();
        // What the rules reject is rejected; everything else round-trips through both encodings.
        if let Ok(read) = DdlEvent::decode(&bytes) {
            prop_assert_eq!(&read, &event);
            let json = serde_json::to_string(&event).expect("JSON");
            prop_assert_eq!(serde_json::from_str::<DdlEvent>(&json).expect(&json), event);
        }
    }

    #[test]
    fn random_bytes(bytes in vec(any::<u8>(), 0..200)) {
        check(&bytes);
        let mut after_version = vec![ENCODING_VERSION];
        after_version.extend(bytes);
        check(&after_version);
    }

    #[test]
    fn mutated_events(event in event(), edits in vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..4)) {
        let mut bytes = event.encode();
        for (index, byte, what) in edits {
            let at = index.index(bytes.len());
            match what {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => bytes.truncate(at.max(1)),
                _ => bytes[at] ^= 1 << (byte % 8),
            }
        }
        check(&bytes);
    }

    #[test]
    fn texts_of_types(text in "[A-Za-z0-9 ,()\\[\\]\u{80}-\u{ff}]{0,60}", ty in ty()) {
        let _ = text.parse::<Type>();
        // Lengths of nested arrays are multiplied, and may exceed their limit.
        let is_valid = ty.check().is_ok();
        prop_assert_eq!(ty.to_string().parse::<Type>().ok(), is_valid.then_some(ty));
    }

    #[test]
    fn texts_of_defaults(text in ".{0,60}", near in "[-+*/%(){}\\[\\],:'\"\\\\ a-z0-9.]{0,60}", ty in ty(), expr in expr()) {
        for text in [text, near, expr.to_string(), expr.canonical(&ty)] {
            let _ = text.parse::<Expr>();
            let _ = Expr::parse_engine(&text, &ty);
        }
    }

    /// A default accepted by the rules is reported by the engine as it was sent, and parses to
    /// itself.
    #[test]
    fn defaults_are_read_back(ty in ty(), expr in expr()) {
        if expr.check(&ty).is_ok() {
            let text = expr.canonical(&ty);
            let read = Expr::parse_engine(&text, &ty);
            prop_assert_eq!(read.map(|e| e.canonical(&ty)), Some(text));
        }
    }

    #[test]
    fn hashes_of_texts(text in ".{0,70}") {
        let _ = text.parse::<EventId>();
    }
}

#[test]
fn nesting_beyond_reason() {
    for text in [
        "(".repeat(200_000),
        "[".repeat(200_000),
        "STRUCT(a ".repeat(50_000),
        "-".repeat(200_000),
        "CAST(".repeat(50_000),
    ] {
        assert!(text.parse::<Type>().is_err());
        assert!(text.parse::<Expr>().is_err());
    }
}
