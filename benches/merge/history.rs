//! A generated schema history, as events and as edits that a document can apply.

use kuzu_ddl_core::event::Change;
use kuzu_ddl_core::event::DdlEvent;
use kuzu_ddl_core::event::ObjectId;
use kuzu_ddl_core::event::PropertySpec;
use kuzu_ddl_core::fold::Draft;
use kuzu_ddl_core::fold::Fold;
use kuzu_ddl_core::schema::Expr;
use kuzu_ddl_core::schema::Type;

/// One edit of a schema, as an application would apply it to a document.
#[derive(Clone, Debug)]
pub enum Edit {
    Table(usize, String),
    Property(usize, usize, String, Type),
    Rename(usize, usize, String),
    Comment(usize, usize, String),
    Default(usize, usize, i64),
    Nullable(usize, usize, bool),
}

pub const WRITERS: usize = 8;
const PROPERTIES: usize = 20;

/// Generates `count` edits. Each writer has tables of its own, as in a team.
pub fn edits(count: usize, tables: usize) -> Vec<Vec<Edit>> {
    let mut random = Random(7);
    (0..WRITERS)
        .map(|writer| {
            let own: Vec<usize> = (0..tables)
                .filter(|table| table % WRITERS == writer)
                .collect();
            let mut edits = Vec::new();
            for table in &own {
                edits.push(Edit::Table(*table, format!("Table{table}")));
                for property in 0..PROPERTIES {
                    let word = WORDS[random.below(WORDS.len())];
                    let ty = [Type::Int64, Type::String, Type::Double, Type::Bool][random.below(4)]
                        .clone();
                    edits.push(Edit::Property(
                        *table,
                        property,
                        format!("{word}_{property}"),
                        ty,
                    ));
                }
            }
            let share = count / WRITERS;
            while edits.len() < share {
                let (table, property) = (own[random.below(own.len())], random.below(PROPERTIES));
                let word = WORDS[random.below(WORDS.len())];
                edits.push(match random.below(4) {
                    0 => Edit::Rename(
                        table,
                        property,
                        format!("{word}_{property}_{}", random.below(100)),
                    ),
                    1 => Edit::Comment(table, property, format!("The {word} of the object.")),
                    2 => Edit::Default(table, property, random.below(1_000) as i64),
                    _ => Edit::Nullable(table, property, random.below(2) == 0),
                });
            }
            edits.truncate(share);
            edits
        })
        .collect()
}

/// Converts the edits to events.
pub fn events(edits: &[Vec<Edit>]) -> Vec<DdlEvent> {
    edits
        .iter()
        .flat_map(|edits| writer_events(edits))
        .collect()
}

fn writer_events(edits: &[Edit]) -> Vec<DdlEvent> {
    let mut draft = Draft::new(Fold::default());
    let mut tables = std::collections::BTreeMap::new();
    let mut properties: std::collections::BTreeMap<(usize, usize), ObjectId> = Default::default();
    for edit in edits {
        match edit {
            Edit::Table(table, name) => {
                let key = PropertySpec {
                    ty: Type::Int64,
                    nullable: false,
                    default: None,
                };
                tables.insert(*table, draft.create_node_table(name, "id", key));
            }
            Edit::Property(table, property, name, ty) => {
                let spec = PropertySpec {
                    ty: ty.clone(),
                    nullable: true,
                    default: None,
                };
                let id = draft.add_property(tables[table], name, spec);
                properties.insert((*table, *property), id);
            }
            Edit::Rename(table, property, to) => draft.rename(properties[&(*table, *property)], to),
            Edit::Comment(table, property, text) => {
                draft.comment(properties[&(*table, *property)], Some(text.clone()));
            }
            Edit::Default(table, property, n) => {
                let default = Some(Expr::Int((*n).into()));
                draft.set(
                    properties[&(*table, *property)],
                    Change::SetDefault { default },
                );
            }
            Edit::Nullable(table, property, nullable) => {
                let nullable = *nullable;
                draft.set(
                    properties[&(*table, *property)],
                    Change::SetNullable { nullable },
                );
            }
        }
    }
    draft.finish().1
}

/// Generates a history of `count` events that leads to the same schema, by the same names, for
/// every count.
pub fn overwritten(count: usize) -> Vec<DdlEvent> {
    let mut random = Random(11);
    let mut draft = Draft::new(Fold::default());
    let spec = PropertySpec {
        ty: Type::Int64,
        nullable: true,
        default: None,
    };
    let mut properties = Vec::new();
    for table in 0..4 {
        let table = draft.create_node_table(&format!("Table{table}"), "id", spec.clone());
        for n in 0..PROPERTIES {
            properties.push(draft.add_property(table, &format!("property_{n}"), spec.clone()));
        }
    }
    let all = properties.len();
    let mut written = all + 4;
    // Every attribute is written once, then random ones repeatedly; the last values never differ.
    while written + 3 * all < count {
        let write = written - all - 4;
        let (n, attribute) = if write < 4 * all {
            (write % all, write / all)
        } else {
            (random.below(all), random.below(4))
        };
        match attribute {
            0 => draft.rename(properties[n], &format!("old_{n}")),
            1 => draft.rename(properties[n], &format!("new_{n}")),
            2 => draft.comment(properties[n], Some(format!("Revision {written}."))),
            _ => draft.set(
                properties[n],
                Change::SetNullable {
                    nullable: written % 2 == 0,
                },
            ),
        }
        written += 1;
    }
    for (n, property) in properties.iter().enumerate() {
        draft.rename(*property, &format!("last_{n}"));
        draft.set(*property, Change::SetNullable { nullable: true });
    }
    for (n, property) in properties.into_iter().enumerate() {
        draft.comment(property, Some(format!("Number {n}.")));
    }
    draft.finish().1
}

pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }
}

const WORDS: &[&str] = &[
    "name", "email", "age", "city", "price", "amount", "status", "created", "updated", "owner",
    "title", "weight", "height", "color", "score", "rank", "kind", "note", "phone", "street",
    "country", "zip", "count", "total",
];
