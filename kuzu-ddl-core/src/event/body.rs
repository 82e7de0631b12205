//! The canonical encoding of changes: the body of an event.

use super::aspect::Aspect;
use super::change::{Change, Endpoints, MAX_COMMENT_BYTES, PropertySpec};
use super::codec::CodecError;
use super::codec::reader::Reader;
use super::codec::writer::Writer;
use super::on_fail::OnFail;
use super::spec::{read_index, read_sequence};
use crate::schema::Expr;
use crate::schema::name::{check_property, check_table, is_function_path};

impl Change {
    /// Encodes the body of this change.
    pub(super) fn write(&self, w: &mut Writer) {
        match self {
            Self::CreateNodeTable {
                name,
                key_name,
                key,
                predecessors,
            } => {
                w.text(name);
                w.text(key_name);
                spec(w, key);
                w.events(predecessors);
            }
            Self::CreateEdgeTable {
                name,
                multiplicity,
                storage,
                predecessors,
            } => {
                w.text(name);
                w.multiplicity(*multiplicity);
                w.storage(*storage);
                w.events(predecessors);
            }
            Self::RenameTable { to } | Self::RenameProperty { to } => w.text(to),
            Self::AddProperty {
                table,
                name,
                spec: s,
                predecessors,
            } => {
                w.hash(table.as_bytes());
                w.text(name);
                spec(w, s);
                w.events(predecessors);
            }
            Self::AddPair {
                table,
                endpoints,
                predecessors,
            } => {
                w.hash(table.as_bytes());
                w.hash(endpoints.from.as_bytes());
                w.hash(endpoints.to.as_bytes());
                w.events(predecessors);
            }
            Self::CommentOnTable { text } | Self::CommentOnProperty { text } => {
                w.option(text.as_ref(), |w, text| w.text(text));
            }
            Self::SetType { ty, cast, on_fail } => {
                w.ty(ty);
                w.option(cast.as_ref(), |w, expr| w.expr(expr));
                on_fail.write(w);
            }
            Self::SetTypeWith {
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
            Self::SetPrimaryKey { key } => w.hash(key.as_bytes()),
            Self::SetMultiplicity { multiplicity } => w.multiplicity(*multiplicity),
            Self::SetStorage { storage } => w.storage(*storage),
            Self::CreateIndex {
                table,
                name,
                spec,
                predecessors,
            } => {
                w.hash(table.as_bytes());
                w.text(name);
                crate::event::spec::index(w, spec);
                w.events(predecessors);
            }
            Self::CreateSequence {
                name,
                spec,
                predecessors,
            } => {
                w.text(name);
                crate::event::spec::sequence(w, spec);
                w.events(predecessors);
            }
            Self::DropIndex | Self::DropSequence => {}
            Self::Purge { archived_by } => w.hash(archived_by.as_bytes()),
            Self::Resolve { aspect, keep } => {
                w.byte(aspect.tag());
                w.hash(keep.as_bytes());
            }
            Self::DropTable
            | Self::RestoreTable
            | Self::DropProperty
            | Self::RestoreProperty
            | Self::DropPair
            | Self::RestorePair
            | Self::Unknown { .. } => {}
        }
    }

    /// Decodes the body of a kind. A kind that this version does not know becomes
    /// [`Change::Unknown`].
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

    /// Decodes the body of a kind; returns `None` if this version does not know it.
    pub(super) fn read_from(kind: u16, r: &mut Reader<'_>) -> Result<Option<Self>, CodecError> {
        Ok(Some(match kind {
            1 => Self::CreateNodeTable {
                name: table_name(r)?,
                key_name: property_name(r)?,
                key: read_spec(r)?,
                predecessors: r.events()?,
            },
            2 => Self::CreateEdgeTable {
                name: table_name(r)?,
                multiplicity: r.multiplicity()?,
                storage: r.storage()?,
                predecessors: r.events()?,
            },
            3 => Self::DropTable,
            4 => Self::RestoreTable,
            5 => Self::RenameTable { to: table_name(r)? },
            6 => Self::AddProperty {
                table: r.object()?,
                name: property_name(r)?,
                spec: read_spec(r)?,
                predecessors: r.events()?,
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
                predecessors: r.events()?,
            },
            11 => Self::DropPair,
            12 => Self::CommentOnTable { text: comment(r)? },
            13 => Self::CommentOnProperty { text: comment(r)? },
            14 => {
                let (ty, cast, on_fail) = (r.ty()?, read_cast(r)?, OnFail::read(r)?);
                let fallback = match &on_fail {
                    OnFail::Default(expr) => Some(expr),
                    _ => None,
                };
                let mut exprs = cast.iter().chain(fallback);
                if exprs.any(|expr| expr.may_give_decimals_as_text(&ty)) {
                    return r.malformed("texts would become decimals of a list");
                }
                Self::SetType { ty, cast, on_fail }
            }
            15 => Self::SetDefault {
                default: read_default(r)?,
            },
            16 => Self::SetNullable {
                nullable: r.bool()?,
            },
            17 => Self::SetPrimaryKey { key: r.object()? },
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
                predecessors: r.events()?,
            },
            21 => Self::DropIndex,
            22 => Self::CreateSequence {
                name: table_name(r)?,
                spec: read_sequence(r)?,
                predecessors: r.events()?,
            },
            23 => Self::DropSequence,
            24 => Self::Purge {
                archived_by: r.event()?,
            },
            26 => Self::SetTypeWith {
                ty: r.ty()?,
                function: function_name(r)?,
                on_fail: OnFail::read(r)?,
            },
            27 => Self::RestorePair,
            40 => Self::Resolve {
                aspect: Aspect::read(r)?,
                keep: r.event()?,
            },
            _ => return Ok(None),
        }))
    }
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
        Some(expr) if expr.check(&spec.ty).is_err() => {
            r.malformed("the default is invalid for its type")
        }
        _ => Ok(spec),
    }
}

/// Whether the default fits the type is checked where the type is known.
fn read_default(r: &mut Reader<'_>) -> Result<Option<Expr>, CodecError> {
    let default = r.option(Reader::expr)?;
    match &default {
        Some(expr) if expr.check_structure().is_err() => r.malformed("the default is invalid"),
        _ => Ok(default),
    }
}

fn read_cast(r: &mut Reader<'_>) -> Result<Option<Expr>, CodecError> {
    let cast = r.option(Reader::expr)?;
    match &cast {
        Some(expr) if expr.check_cast().is_err() => r.malformed("the cast is invalid"),
        _ => Ok(cast),
    }
}

fn function_name(r: &mut Reader<'_>) -> Result<String, CodecError> {
    let name = r.text()?;
    if is_function_path(&name) {
        Ok(name)
    } else {
        r.malformed("the name of a function is not a path")
    }
}

fn table_name(r: &mut Reader<'_>) -> Result<String, CodecError> {
    let name = r.text()?;
    if check_table(&name).is_err() {
        r.malformed("the table name is invalid")
    } else {
        Ok(name)
    }
}

fn property_name(r: &mut Reader<'_>) -> Result<String, CodecError> {
    let name = r.text()?;
    if check_property(&name).is_err() {
        r.malformed("the property name is invalid")
    } else {
        Ok(name)
    }
}

fn comment(r: &mut Reader<'_>) -> Result<Option<String>, CodecError> {
    match r.option(Reader::text)? {
        Some(text) if text.is_empty() || text.len() > MAX_COMMENT_BYTES || text.contains('\0') => {
            r.malformed("the comment is empty, too long, or contains a NUL")
        }
        text => Ok(text),
    }
}
