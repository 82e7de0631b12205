//! What an event says: one typed change of one object.

use serde::{Deserialize, Serialize};

use super::codec::{CodecError, Reader, Writer};
use super::dependencies::Dependencies;
use super::id::{EventId, ObjectId};
use super::on_fail::OnFail;
use super::part::Part;
use super::spec::{IndexSpec, SequenceSpec, read_index, read_sequence};
use crate::function;
use crate::schema::name::{check_property, check_table};
use crate::schema::{Expr, Key, Multiplicity, StorageDirection, Type};

/// The longest comment, in bytes.
pub const MAX_COMMENT_BYTES: usize = 64 * 1024;

/// What kind of thing an object is. Part of its identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ObjectKind {
    /// A node table.
    NodeTable,
    /// A rel table.
    EdgeTable,
    /// A property of a table.
    Property,
    /// A FROM–TO pair of a rel table.
    Pair,
    /// An index of a node table.
    Index,
    /// A sequence.
    Sequence,
}

impl ObjectKind {
    fn tag(self) -> u8 {
        match self {
            Self::NodeTable => 0,
            Self::EdgeTable => 1,
            Self::Property => 2,
            Self::Pair => 3,
            Self::Index => 4,
            Self::Sequence => 5,
        }
    }

    /// Whether it is a table of either kind.
    #[must_use]
    pub fn is_table(self) -> bool {
        matches!(self, Self::NodeTable | Self::EdgeTable)
    }
}

/// Type, nullability and default of a property: what cannot be changed by a rename.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertySpec {
    /// The type.
    pub ty: Type,
    /// Whether the application may read NULL.
    pub nullable: bool,
    /// The default; existing rows get it when the property is added.
    pub default: Option<Expr>,
}

/// The two node tables of a FROM–TO pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Endpoints {
    /// The source node table.
    pub from: ObjectId,
    /// The destination node table.
    pub to: ObjectId,
}

/// A change of one object. Changes that bring an object into being carry `past`: the events that
/// last touched the name it takes, so that CREATE after DROP is a new object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Change {
    /// A new node table with its primary key.
    CreateNodeTable {
        /// Its name.
        name: String,
        /// The primary key's name.
        key_name: String,
        /// The primary key's type and default.
        key: PropertySpec,
        /// What held the name before.
        past: Dependencies,
    },
    /// A new rel table; its FROM–TO pairs are events of their own.
    CreateEdgeTable {
        /// Its name.
        name: String,
        /// How many rels a node may have.
        multiplicity: Multiplicity,
        /// Which directions are stored.
        storage: StorageDirection,
        /// What held the name before.
        past: Dependencies,
    },
    /// Archive a table with all its rows.
    DropTable,
    /// Bring an archived table back.
    RestoreTable,
    /// Give a table another name.
    RenameTable {
        /// The new name.
        to: String,
    },
    /// A new property.
    AddProperty {
        /// Its table.
        table: ObjectId,
        /// Its name.
        name: String,
        /// Type, nullability, default.
        spec: PropertySpec,
        /// What held the name before.
        past: Dependencies,
    },
    /// Archive a property with all its values.
    DropProperty,
    /// Bring an archived property back.
    RestoreProperty,
    /// Give a property another name.
    RenameProperty {
        /// The new name.
        to: String,
    },
    /// A new FROM–TO pair of a rel table.
    AddPair {
        /// The rel table.
        table: ObjectId,
        /// The two node tables.
        endpoints: Endpoints,
        /// What joined the two before.
        past: Dependencies,
    },
    /// Delete a FROM–TO pair and its rels.
    DropPair,
    /// Set or clear a table's comment.
    CommentOnTable {
        /// The comment; `None` clears it.
        text: Option<String>,
    },
    /// Set or clear a property's comment.
    CommentOnProperty {
        /// The comment; `None` clears it.
        text: Option<String>,
    },
    /// Give a property another type. Its values are cast, and the old ones archived.
    SetType {
        /// The new type.
        ty: Type,
        /// How to make a new value of an `old` one; `None` is a plain CAST.
        cast: Option<Expr>,
        /// What a row gets of whose value none can be made.
        on_fail: OnFail,
    },
    /// Give a property another type, with values that a Rust function makes of the old ones. The event
    /// names it; code is nothing that a history could hold. A database whose program has no function of
    /// that name does not carry the change out.
    SetTypeBy {
        /// The new type.
        ty: Type,
        /// The function's name: its path from the crate's name on.
        function: String,
        /// What a row gets of whose value none can be made.
        on_fail: OnFail,
    },
    /// Give a property another default, for rows to come.
    SetDefault {
        /// The default; `None` is NULL.
        default: Option<Expr>,
    },
    /// Say whether the application may read NULL.
    SetNullable {
        /// Whether it may.
        nullable: bool,
    },
    /// Make another property the primary key of a node table.
    SetKey {
        /// The property.
        key: ObjectId,
    },
    /// Change how many rels a node may have.
    SetMultiplicity {
        /// How many.
        multiplicity: Multiplicity,
    },
    /// Change which directions of a rel table are stored.
    SetStorage {
        /// Which.
        storage: StorageDirection,
    },
    /// A new index of a node table. Another option is another index.
    CreateIndex {
        /// The node table.
        table: ObjectId,
        /// Its name.
        name: String,
        /// What is indexed, and how.
        spec: IndexSpec,
        /// What held the name before.
        past: Dependencies,
    },
    /// An index goes; it holds no data.
    DropIndex,
    /// A new sequence.
    CreateSequence {
        /// Its name.
        name: String,
        /// How it counts.
        spec: SequenceSpec,
        /// What held the name before.
        past: Dependencies,
    },
    /// A sequence goes, with the place it had come to.
    DropSequence,
    /// Delete for ever what an event archived: a dropped table, a dropped property, or the column
    /// with the values from before a change.
    Purge {
        /// The event that archived it.
        of: EventId,
    },
    /// Settle a contradiction: of the events that wrote a part of the object without knowing of one
    /// another, this one holds.
    Resolve {
        /// The part.
        part: Part,
        /// The event whose word holds; one of those this event depends on.
        keep: EventId,
    },
    /// A kind of a newer version: kept and passed on, not applied.
    Unknown {
        /// The kind's number.
        kind: u16,
        /// Its body, as it came.
        body: Vec<u8>,
    },
}

impl Change {
    /// The kind's number in the encoding. Only ever append.
    pub(super) fn number(&self) -> u16 {
        match self {
            Self::CreateNodeTable { .. } => 1,
            Self::CreateEdgeTable { .. } => 2,
            Self::DropTable => 3,
            Self::RestoreTable => 4,
            Self::RenameTable { .. } => 5,
            Self::AddProperty { .. } => 6,
            Self::DropProperty => 7,
            Self::RestoreProperty => 8,
            Self::RenameProperty { .. } => 9,
            Self::AddPair { .. } => 10,
            Self::DropPair => 11,
            Self::CommentOnTable { .. } => 12,
            Self::CommentOnProperty { .. } => 13,
            Self::SetType { .. } => 14,
            Self::SetDefault { .. } => 15,
            Self::SetNullable { .. } => 16,
            Self::SetKey { .. } => 17,
            Self::SetMultiplicity { .. } => 18,
            Self::SetStorage { .. } => 19,
            Self::CreateIndex { .. } => 20,
            Self::DropIndex => 21,
            Self::CreateSequence { .. } => 22,
            Self::DropSequence => 23,
            Self::Purge { .. } => 24,
            Self::SetTypeBy { .. } => 26,
            Self::Resolve { .. } => 40,
            Self::Unknown { kind, .. } => *kind,
        }
    }

    /// The kind's name, for people.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::CreateNodeTable { .. } => "create node table",
            Self::CreateEdgeTable { .. } => "create rel table",
            Self::DropTable => "drop table",
            Self::RestoreTable => "restore table",
            Self::RenameTable { .. } => "rename table",
            Self::AddProperty { .. } => "add property",
            Self::DropProperty => "drop property",
            Self::RestoreProperty => "restore property",
            Self::RenameProperty { .. } => "rename property",
            Self::AddPair { .. } => "add pair",
            Self::DropPair => "drop pair",
            Self::CommentOnTable { .. } => "comment on table",
            Self::CommentOnProperty { .. } => "comment on property",
            Self::SetType { .. } | Self::SetTypeBy { .. } => "set type",
            Self::SetDefault { .. } => "set default",
            Self::SetNullable { .. } => "set nullable",
            Self::SetKey { .. } => "set primary key",
            Self::SetMultiplicity { .. } => "set multiplicity",
            Self::SetStorage { .. } => "set storage direction",
            Self::CreateIndex { .. } => "create index",
            Self::DropIndex => "drop index",
            Self::CreateSequence { .. } => "create sequence",
            Self::DropSequence => "drop sequence",
            Self::Purge { .. } => "purge",
            Self::Resolve { .. } => "resolve",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// Whether this change brings an object into being.
    #[must_use]
    pub fn is_birth(&self) -> bool {
        matches!(
            self,
            Self::CreateNodeTable { .. }
                | Self::CreateEdgeTable { .. }
                | Self::AddProperty { .. }
                | Self::AddPair { .. }
                | Self::CreateIndex { .. }
                | Self::CreateSequence { .. }
        )
    }

    /// The object that this change brings into being.
    #[must_use]
    pub fn born(&self) -> Option<ObjectId> {
        Some(match self {
            Self::CreateNodeTable {
                name,
                key_name,
                key,
                past,
            } => node_table(&Key::new(name), &Key::new(key_name), &key.ty, past),
            Self::CreateEdgeTable { name, past, .. } => {
                birth(ObjectKind::EdgeTable, None, &Key::new(name), past)
            }
            Self::AddProperty {
                table, name, past, ..
            } => birth(ObjectKind::Property, Some(*table), &Key::new(name), past),
            Self::AddPair {
                table,
                endpoints,
                past,
            } => birth(ObjectKind::Pair, Some(*table), &pair_key(*endpoints), past),
            Self::CreateIndex {
                table, name, past, ..
            } => birth(ObjectKind::Index, Some(*table), &Key::new(name), past),
            Self::CreateSequence { name, past, .. } => {
                birth(ObjectKind::Sequence, None, &Key::new(name), past)
            }
            _ => return None,
        })
    }

    pub(super) fn write(&self, w: &mut Writer) {
        match self {
            Self::CreateNodeTable {
                name,
                key_name,
                key,
                past,
            } => {
                w.text(name);
                w.text(key_name);
                spec(w, key);
                w.events(past);
            }
            Self::CreateEdgeTable {
                name,
                multiplicity,
                storage,
                past,
            } => {
                w.text(name);
                w.multiplicity(*multiplicity);
                w.storage(*storage);
                w.events(past);
            }
            Self::RenameTable { to } | Self::RenameProperty { to } => w.text(to),
            Self::AddProperty {
                table,
                name,
                spec: s,
                past,
            } => {
                w.hash(table.as_bytes());
                w.text(name);
                spec(w, s);
                w.events(past);
            }
            Self::AddPair {
                table,
                endpoints,
                past,
            } => {
                w.hash(table.as_bytes());
                w.hash(endpoints.from.as_bytes());
                w.hash(endpoints.to.as_bytes());
                w.events(past);
            }
            Self::CommentOnTable { text } | Self::CommentOnProperty { text } => {
                w.option(text.as_ref(), |w, text| w.text(text));
            }
            Self::SetType { ty, cast, on_fail } => {
                w.ty(ty);
                w.option(cast.as_ref(), |w, expr| w.expr(expr));
                on_fail.write(w);
            }
            Self::SetTypeBy {
                ty,
                function,
                on_fail,
            } => {
                w.ty(ty);
                w.text(function);
                on_fail.write(w);
            }
            Self::SetDefault { default } => w.option(default.as_ref(), |w, expr| w.expr(expr)),
            Self::SetNullable { nullable } => w.bool(*nullable),
            Self::SetKey { key } => w.hash(key.as_bytes()),
            Self::SetMultiplicity { multiplicity } => w.multiplicity(*multiplicity),
            Self::SetStorage { storage } => w.storage(*storage),
            Self::CreateIndex {
                table,
                name,
                spec,
                past,
            } => {
                w.hash(table.as_bytes());
                w.text(name);
                super::spec::index(w, spec);
                w.events(past);
            }
            Self::CreateSequence { name, spec, past } => {
                w.text(name);
                super::spec::sequence(w, spec);
                w.events(past);
            }
            Self::DropIndex | Self::DropSequence => {}
            Self::Purge { of } => w.hash(of.as_bytes()),
            Self::Resolve { part, keep } => {
                w.byte(part.tag());
                w.hash(keep.as_bytes());
            }
            Self::DropTable
            | Self::RestoreTable
            | Self::DropProperty
            | Self::RestoreProperty
            | Self::DropPair
            | Self::Unknown { .. } => {}
        }
    }

    pub(super) fn read(kind: u16, body: &[u8]) -> Result<Self, CodecError> {
        let mut r = Reader::new(body);
        let change = Self::read_from(kind, &mut r)?;
        let Some(change) = change else {
            return Ok(Self::Unknown {
                kind,
                body: body.to_vec(),
            });
        };
        r.end()?;
        Ok(change)
    }

    /// Reads the body of a kind; `None` if this version does not know it.
    pub(super) fn read_from(kind: u16, r: &mut Reader<'_>) -> Result<Option<Self>, CodecError> {
        Ok(Some(match kind {
            1 => Self::CreateNodeTable {
                name: table_name(r)?,
                key_name: property_name(r)?,
                key: read_spec(r)?,
                past: r.events()?,
            },
            2 => Self::CreateEdgeTable {
                name: table_name(r)?,
                multiplicity: r.multiplicity()?,
                storage: r.storage()?,
                past: r.events()?,
            },
            3 => Self::DropTable,
            4 => Self::RestoreTable,
            5 => Self::RenameTable { to: table_name(r)? },
            6 => Self::AddProperty {
                table: r.object()?,
                name: property_name(r)?,
                spec: read_spec(r)?,
                past: r.events()?,
            },
            7 => Self::DropProperty,
            8 => Self::RestoreProperty,
            9 => Self::RenameProperty {
                to: property_name(r)?,
            },
            10 => Self::AddPair {
                table: r.object()?,
                endpoints: Endpoints {
                    from: r.object()?,
                    to: r.object()?,
                },
                past: r.events()?,
            },
            11 => Self::DropPair,
            12 => Self::CommentOnTable { text: comment(r)? },
            13 => Self::CommentOnProperty { text: comment(r)? },
            14 => Self::SetType {
                ty: r.ty()?,
                cast: read_cast(r)?,
                on_fail: OnFail::read(r)?,
            },
            15 => Self::SetDefault {
                default: read_default(r)?,
            },
            16 => Self::SetNullable {
                nullable: r.bool()?,
            },
            17 => Self::SetKey { key: r.object()? },
            18 => Self::SetMultiplicity {
                multiplicity: r.multiplicity()?,
            },
            19 => Self::SetStorage {
                storage: r.storage()?,
            },
            20 => Self::CreateIndex {
                table: r.object()?,
                name: table_name(r)?,
                spec: read_index(r)?,
                past: r.events()?,
            },
            21 => Self::DropIndex,
            22 => Self::CreateSequence {
                name: table_name(r)?,
                spec: read_sequence(r)?,
                past: r.events()?,
            },
            23 => Self::DropSequence,
            24 => Self::Purge { of: r.event()? },
            26 => Self::SetTypeBy {
                ty: r.ty()?,
                function: function_name(r)?,
                on_fail: OnFail::read(r)?,
            },
            40 => Self::Resolve {
                part: Part::read(r)?,
                keep: r.event()?,
            },
            _ => return Ok(None),
        }))
    }
}

/// The identity of an object: what it is, in what, under which name, after what. Not its type,
/// default or author, so two peers that make it from one past speak of one object.
#[must_use]
pub fn birth(
    kind: ObjectKind,
    parent: Option<ObjectId>,
    name: &Key,
    past: &Dependencies,
) -> ObjectId {
    let mut w = Writer::default();
    w.byte(kind.tag());
    w.option(parent, |w, parent| w.hash(parent.as_bytes()));
    w.text(name.as_str());
    w.events(past);
    ObjectId::of(&w.finish())
}

/// The identity of a node table: that of any table, and its first key. What has another key holds other
/// rows, and two tables of one name that were made apart with different keys can never be one. Keys
/// whose types have a common widening are the same key.
#[must_use]
pub fn node_table(name: &Key, key_name: &Key, key: &Type, past: &Dependencies) -> ObjectId {
    let mut w = Writer::default();
    w.byte(ObjectKind::NodeTable.tag());
    w.option(None::<ObjectId>, |w, parent| w.hash(parent.as_bytes()));
    w.text(name.as_str());
    w.events(past);
    w.text(key_name.as_str());
    w.text(&key.family());
    ObjectId::of(&w.finish())
}

/// The name under which a pair is looked up in its table.
pub(crate) fn pair_key(endpoints: Endpoints) -> Key {
    Key::new(&format!("{}>{}", endpoints.from, endpoints.to))
}

/// The names under which an index and a sequence are looked up: properties and tables may be called
/// the same. Neither can have a dot in its name.
pub(crate) fn index_key(name: &str) -> Key {
    Key::new(&format!("index.{name}"))
}

pub(crate) fn sequence_key(name: &str) -> Key {
    Key::new(&format!("sequence.{name}"))
}

/// The identity of a node table's primary key, which is born with its table.
#[must_use]
pub fn key_of(table: ObjectId, key_name: &str) -> ObjectId {
    birth(
        ObjectKind::Property,
        Some(table),
        &Key::new(key_name),
        &Dependencies::default(),
    )
}

fn spec(w: &mut Writer, spec: &PropertySpec) {
    w.ty(&spec.ty);
    w.bool(spec.nullable);
    w.option(spec.default.as_ref(), |w, expr| w.expr(expr));
}

fn read_spec(r: &mut Reader<'_>) -> Result<PropertySpec, CodecError> {
    let spec = PropertySpec {
        ty: r.ty()?,
        nullable: r.bool()?,
        default: r.option(Reader::expr)?,
    };
    match &spec.default {
        Some(expr) if expr.check(&spec.ty).is_err() => r.bad("the default does not fit"),
        _ => Ok(spec),
    }
}

/// Whether it fits the type is known only where the type is.
fn read_default(r: &mut Reader<'_>) -> Result<Option<Expr>, CodecError> {
    let default = r.option(Reader::expr)?;
    match &default {
        Some(expr) if expr.check_parts().is_err() => r.bad("the default is not legal"),
        _ => Ok(default),
    }
}

fn read_cast(r: &mut Reader<'_>) -> Result<Option<Expr>, CodecError> {
    let cast = r.option(Reader::expr)?;
    match &cast {
        Some(expr) if expr.check_cast().is_err() => r.bad("the cast is not legal"),
        _ => Ok(cast),
    }
}

fn function_name(r: &mut Reader<'_>) -> Result<String, CodecError> {
    let name = r.text()?;
    if function::is_name(&name) {
        Ok(name)
    } else {
        r.bad("the name of a function is its path")
    }
}

fn table_name(r: &mut Reader<'_>) -> Result<String, CodecError> {
    let name = r.text()?;
    if check_table(&name).is_err() {
        r.bad("the table name is not legal")
    } else {
        Ok(name)
    }
}

fn property_name(r: &mut Reader<'_>) -> Result<String, CodecError> {
    let name = r.text()?;
    if check_property(&name).is_err() {
        r.bad("the property name is not legal")
    } else {
        Ok(name)
    }
}

fn comment(r: &mut Reader<'_>) -> Result<Option<String>, CodecError> {
    match r.option(Reader::text)? {
        Some(text) if text.is_empty() || text.len() > MAX_COMMENT_BYTES || text.contains('\0') => {
            r.bad("the comment is empty, too long, or contains a NUL")
        }
        text => Ok(text),
    }
}
