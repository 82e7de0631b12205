//! The words of `#[kuzu(…)]` and where each belongs.

use crate::suggest;

/// What an attribute stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A struct with `KuzuNode`.
    Node,
    /// A struct with `KuzuEdge`.
    Edge,
    /// A field of a node.
    NodeField,
    /// A field of an edge.
    EdgeField,
    /// A struct or enum with `KuzuType`.
    Type,
    /// A field of it.
    Member,
    /// A variant of it.
    Variant,
}

use Place::{Edge, EdgeField, Member, Node, NodeField, Type, Variant};

impl Place {
    /// In a message: "legal on …".
    pub(crate) fn words(self) -> &'static str {
        match self {
            Node => "a node struct",
            Edge => "an edge struct",
            NodeField => "a field of a node",
            EdgeField => "a field of an edge",
            Type => "a struct or enum with `KuzuType`",
            Member => "a field of a struct or enum with `KuzuType`",
            Variant => "a variant",
        }
    }
}

/// A word.
#[derive(Debug)]
pub(crate) struct Word {
    pub(crate) name: &'static str,
    places: &'static [Place],
    /// Whether it may stand several times.
    pub(crate) repeats: bool,
}

const fn word(name: &'static str, places: &'static [Place], repeats: bool) -> Word {
    Word {
        name,
        places,
        repeats,
    }
}

/// All words.
const WORDS: &[Word] = &[
    word("primary_key", &[NodeField], false),
    word(
        "name",
        &[Node, Edge, NodeField, EdgeField, Member, Variant],
        false,
    ),
    word("rename_all", &[Node, Edge, Type], false),
    word("from", &[Edge], true),
    word("to", &[Edge], true),
    word("pair", &[Edge], true),
    word("multiplicity", &[Edge], false),
    word("storage", &[Edge], false),
    word("type", &[NodeField, EdgeField, Type, Member], false),
    word("nullable", &[NodeField, EdgeField], false),
    word("default", &[NodeField, EdgeField], false),
    word("default_expr", &[NodeField, EdgeField], false),
    word("cast", &[NodeField, EdgeField], false),
    word("cast_with", &[NodeField, EdgeField], false),
    word("on_fail", &[NodeField, EdgeField], false),
    word("fill", &[NodeField, EdgeField], false),
    word("fill_with", &[NodeField, EdgeField], false),
    word("fts_index", &[Node, NodeField], true),
    word("vector_index", &[NodeField], true),
    word("renamed_from", &[Node, Edge, NodeField, EdgeField], true),
    word("key_was", &[Node], true),
    word("multiplicity_was", &[Edge], true),
    word("dropped", &[Node, Edge], true),
    word("dropped_pair", &[Edge], true),
    word("comment", &[Node, Edge, NodeField, EdgeField], false),
    word("skip", &[NodeField, EdgeField, Member], false),
    word("transparent", &[Type], false),
    word("unregistered", &[Node, Edge], false),
    word("crate", &[Node, Edge, Type], false),
];

/// What people write who know other tools, and the word for it here.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("primary_key", &["pk", "key", "id"]),
    (
        "name",
        &[
            "rename",
            "table",
            "table_name",
            "column",
            "column_name",
            "property",
            "label",
        ],
    ),
    ("rename_all", &["case", "rename_all_fields"]),
    ("from", &["src", "source", "start"]),
    ("to", &["dst", "dest", "target", "end"]),
    ("multiplicity", &["cardinality"]),
    ("storage", &["direction", "storage_direction"]),
    ("type", &["ty", "sql_type", "kuzu_type", "column_type"]),
    ("nullable", &["null", "optional"]),
    ("default", &["default_value"]),
    (
        "default_expr",
        &["default_sql", "default_fn", "default_with"],
    ),
    (
        "renamed_from",
        &["alias", "was", "old_name", "renamed", "previously"],
    ),
    ("dropped", &["drop", "removed", "deleted", "tombstone"]),
    (
        "fts_index",
        &[
            "fts",
            "fulltext",
            "full_text",
            "fulltext_index",
            "full_text_index",
        ],
    ),
    (
        "vector_index",
        &["vector", "hnsw", "hnsw_index", "vec_index"],
    ),
    ("cast", &["convert", "using", "try_cast"]),
    ("cast_with", &["cast_fn", "convert_with", "map_with"]),
    ("fill_with", &["fill_fn", "backfill_with", "compute_with"]),
    ("on_fail", &["on_error", "onfail", "on_failure", "or_else"]),
    ("fill", &["backfill", "initial", "fill_value"]),
    ("comment", &["doc", "description"]),
    ("skip", &["ignore", "transient"]),
    ("crate", &["krate", "path"]),
];

/// What other databases have and Kùzu does not, and what to do instead.
const ABSENT: &[(&[&str], &str)] = &[
    (
        &["unique"],
        "in Kùzu only the primary key is unique; leave it out",
    ),
    (
        &["not_null", "required"],
        "a field that is not an `Option` is never NULL; leave it out",
    ),
    (
        &["auto_increment", "autoincrement", "serial", "generated"],
        "make the field a `kuzu_ddl::types::Serial`; leave it out",
    ),
    (
        &["foreign_key", "references", "belongs_to", "has_many"],
        "Kùzu has no foreign keys: a relation is a struct of its own with `#[derive(KuzuEdge)]`",
    ),
    (
        &["index", "indexed"],
        "Kùzu has `fts_index` for text and `vector_index` for vectors, and the primary key's; leave it out",
    ),
    (&["check"], "Kùzu has no CHECK constraints; leave it out"),
];

/// Why a word cannot stand where it stands.
pub(crate) struct Refusal {
    pub(crate) message: String,
    /// The word that was meant, as far as one can tell: it is not missing then.
    pub(crate) meant: Option<&'static str>,
}

/// The word `name` at `place`.
pub(crate) fn find(name: &str, place: Place) -> Result<&'static Word, Refusal> {
    let known = WORDS.iter().find(|word| word.name == name);
    let (what, meant) = match known {
        Some(word) if word.places.contains(&place) => return Ok(word),
        Some(word) => (elsewhere(word), Some(word)),
        None => {
            let absent = ABSENT.iter().find(|(names, _)| names.contains(&name));
            if let Some((_, instead)) = absent {
                return Err(Refusal {
                    message: format!("unknown word `{name}`: {instead}"),
                    meant: None,
                });
            }
            unknown(name, place)
        }
    };
    let legal = WORDS.iter().filter(|word| word.places.contains(&place));
    let legal = suggest::list(legal.map(|word| word.name));
    Err(Refusal {
        message: format!("{what}\nlegal on {}: {legal}", place.words()),
        meant: meant.map(|word| word.name),
    })
}

fn unknown(name: &str, place: Place) -> (String, Option<&'static Word>) {
    let (here, there): (Vec<_>, Vec<_>) = WORDS.iter().partition(|w| w.places.contains(&place));
    if let Some(word) = meant(name, &here) {
        let message = format!("unknown word `{name}`: did you mean `{}`?", word.name);
        (message, Some(word))
    } else if let Some(word) = meant(name, &there) {
        let message = format!("unknown word `{name}`; {}", elsewhere(word));
        (message, Some(word))
    } else {
        (format!("unknown word `{name}`"), None)
    }
}

/// The one of `words` that was meant by `name`.
fn meant(name: &str, words: &[&'static Word]) -> Option<&'static Word> {
    let synonym = SYNONYMS
        .iter()
        .find(|(_, others)| others.iter().any(|other| other.eq_ignore_ascii_case(name)))
        .map(|(word, _)| *word)
        .filter(|word| words.iter().any(|known| known.name == *word));
    let meant = synonym.or_else(|| suggest::nearest(name, words.iter().map(|word| word.name)))?;
    words.iter().copied().find(|word| word.name == meant)
}

fn elsewhere(word: &Word) -> String {
    let places: Vec<_> = word.places.iter().map(|place| place.words()).collect();
    let why = match word.name {
        "fts_index" | "vector_index" => "; Kùzu indexes no rel tables",
        _ => "",
    };
    format!("`{}` belongs on {}{why}", word.name, places.join(" or "))
}
