//! The keywords of `#[kuzu(…)]`, and the targets that each is allowed on.

use crate::suggest;

/// The item that an attribute is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A struct that derives `KuzuNode`.
    Node,
    /// A struct that derives `KuzuEdge`.
    Edge,
    /// A field of a node.
    NodeField,
    /// A field of an edge.
    EdgeField,
    /// A struct or enum that derives `KuzuType`.
    Type,
    /// A field of such a struct, or of a variant of such an enum.
    Member,
    /// A variant of such an enum.
    Variant,
}

use Target::{Edge, EdgeField, Member, Node, NodeField, Type, Variant};

impl Target {
    /// Returns the target as a noun phrase for messages.
    fn describe(self) -> &'static str {
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

/// A keyword.
#[derive(Debug)]
pub(crate) struct Keyword {
    pub(crate) name: &'static str,
    /// An earlier spelling, which is still accepted.
    former_name: Option<&'static str>,
    targets: &'static [Target],
    /// Whether it may occur more than once on a target.
    pub(crate) repeatable: bool,
}

const fn keyword(name: &'static str, targets: &'static [Target], repeatable: bool) -> Keyword {
    Keyword {
        name,
        former_name: None,
        targets,
        repeatable,
    }
}

impl Keyword {
    const fn formerly(mut self, name: &'static str) -> Self {
        self.former_name = Some(name);
        self
    }

    fn is_spelled(&self, name: &str) -> bool {
        self.name == name || self.former_name == Some(name)
    }
}

/// All keywords.
const KEYWORDS: &[Keyword] = &[
    keyword("primary_key", &[NodeField], false),
    keyword(
        "name",
        &[Node, Edge, NodeField, EdgeField, Member, Variant],
        false,
    ),
    keyword("allow_reserved", &[Node, Edge, NodeField, EdgeField], false),
    keyword("rename_all", &[Node, Edge, Type], false),
    keyword("from", &[Edge], true),
    keyword("to", &[Edge], true),
    keyword("pair", &[Edge], true),
    keyword("multiplicity", &[Edge], false),
    keyword("storage_direction", &[Edge], false).formerly("storage"),
    keyword("type", &[NodeField, EdgeField, Type, Member], false),
    keyword("nullable", &[NodeField, EdgeField], false),
    keyword("default", &[NodeField, EdgeField], false),
    keyword("default_expr", &[NodeField, EdgeField], false),
    keyword("cast", &[NodeField, EdgeField], false),
    keyword("cast_with", &[NodeField, EdgeField], false),
    keyword("on_fail", &[NodeField, EdgeField], false),
    keyword("fill", &[NodeField, EdgeField], false),
    keyword("fill_with", &[NodeField, EdgeField], false),
    keyword("fts_index", &[Node, NodeField], true),
    keyword("vector_index", &[NodeField], true),
    keyword("renamed_from", &[Node, Edge, NodeField, EdgeField], true),
    keyword("key_changed_from", &[Node], true).formerly("key_was"),
    keyword("multiplicity_changed_from", &[Edge], true).formerly("multiplicity_was"),
    keyword("dropped", &[Node, Edge], true),
    keyword("dropped_pair", &[Edge], true),
    keyword("comment", &[Node, Edge, NodeField, EdgeField], false),
    keyword("skip", &[NodeField, EdgeField, Member], false),
    keyword("transparent", &[Type], false),
    keyword("skip_registration", &[Node, Edge], false).formerly("unregistered"),
    keyword("crate", &[Node, Edge, Type], false),
];

/// Spellings of other tools, by the keyword that corresponds to them.
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
    ("storage_direction", &["direction"]),
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

/// An attribute for a feature that other databases have and Kùzu does not.
struct Unsupported {
    names: &'static [&'static str],
    reason: &'static str,
    help: &'static str,
}

const UNSUPPORTED: &[Unsupported] = &[
    Unsupported {
        names: &["unique"],
        reason: "Kùzu enforces uniqueness for the primary key only",
        help: "remove the attribute",
    },
    Unsupported {
        names: &["not_null", "required"],
        reason: "a property is never NULL unless the field is an `Option`",
        help: "remove the attribute",
    },
    Unsupported {
        names: &["auto_increment", "autoincrement", "serial", "generated"],
        reason: "the type of the field determines it",
        help: "remove the attribute and make the field a `kuzu_ddl::types::Serial`",
    },
    Unsupported {
        names: &["foreign_key", "references", "belongs_to", "has_many"],
        reason: "Kùzu has no foreign keys",
        help: "declare the relationship as a struct with `#[derive(KuzuEdge)]`",
    },
    Unsupported {
        names: &["index", "indexed"],
        reason: "Kùzu always indexes the primary key, and has no other general index",
        help: "use `fts_index` for text or `vector_index` for vectors",
    },
    Unsupported {
        names: &["check"],
        reason: "Kùzu has no CHECK constraints",
        help: "remove the attribute",
    },
];

/// The error for a keyword that is unknown or not allowed on its target.
pub(crate) struct UnknownKeyword {
    pub(crate) message: String,
    /// The keyword that was probably intended. It does not count as missing.
    pub(crate) intended: Option<&'static str>,
}

/// Returns the keyword `name`, if it is allowed on `target`.
pub(crate) fn find(name: &str, target: Target) -> Result<&'static Keyword, UnknownKeyword> {
    let known = KEYWORDS.iter().find(|keyword| keyword.is_spelled(name));
    let (what, intended) = match known {
        Some(keyword) if keyword.targets.contains(&target) => return Ok(keyword),
        Some(keyword) => (
            format!(
                "attribute `{name}` is not allowed on {}; it {}",
                target.describe(),
                valid_targets(keyword)
            ),
            Some(keyword),
        ),
        None => {
            let mut unsupported = UNSUPPORTED.iter();
            if let Some(found) = unsupported.find(|other| other.names.contains(&name)) {
                let (reason, help) = (found.reason, found.help);
                return Err(UnknownKeyword {
                    message: format!("unknown attribute `{name}`: {reason}\nhelp: {help}"),
                    intended: None,
                });
            }
            unknown(name, target)
        }
    };
    let allowed = KEYWORDS
        .iter()
        .filter(|keyword| keyword.targets.contains(&target));
    let allowed = suggest::list(allowed.map(|keyword| keyword.name));
    Err(UnknownKeyword {
        message: format!("{what}\nexpected one of: {allowed}"),
        intended: intended.map(|keyword| keyword.name),
    })
}

fn unknown(name: &str, target: Target) -> (String, Option<&'static Keyword>) {
    let (allowed_here, elsewhere): (Vec<_>, Vec<_>) = KEYWORDS
        .iter()
        .partition(|keyword| keyword.targets.contains(&target));
    if let Some(keyword) = suggestion(name, &allowed_here) {
        let message = format!(
            "unknown attribute `{name}`; did you mean `{}`?",
            keyword.name
        );
        (message, Some(keyword))
    } else if let Some(keyword) = suggestion(name, &elsewhere) {
        let message = format!(
            "unknown attribute `{name}`; `{}` {}",
            keyword.name,
            valid_targets(keyword)
        );
        (message, Some(keyword))
    } else {
        (format!("unknown attribute `{name}`"), None)
    }
}

/// Returns the keyword among `keywords` that `name` is a synonym or a misspelling of.
fn suggestion(name: &str, keywords: &[&'static Keyword]) -> Option<&'static Keyword> {
    let synonym = SYNONYMS
        .iter()
        .find(|(_, others)| others.iter().any(|other| other.eq_ignore_ascii_case(name)))
        .map(|(keyword, _)| *keyword)
        .filter(|name| keywords.iter().any(|keyword| keyword.name == *name));
    let names = keywords.iter().map(|keyword| keyword.name);
    let former_names = keywords.iter().filter_map(|keyword| keyword.former_name);
    let suggested = synonym
        .or_else(|| suggest::nearest(name, names))
        .or_else(|| suggest::nearest(name, former_names))?;
    keywords
        .iter()
        .copied()
        .find(|keyword| keyword.is_spelled(suggested))
}

/// Returns "belongs on …", the predicate for `keyword`.
fn valid_targets(keyword: &Keyword) -> String {
    let targets: Vec<_> = keyword
        .targets
        .iter()
        .map(|target| target.describe())
        .collect();
    let reason = match keyword.name {
        "fts_index" | "vector_index" => ": Kùzu cannot index rel tables",
        _ => "",
    };
    format!("belongs on {}{reason}", targets.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelled_former_name_suggests_the_present_one() {
        for (name, target, present) in [
            ("unregisterd", Node, "skip_registration"),
            ("key_wsa", Node, "key_changed_from"),
            ("storge", Edge, "storage_direction"),
        ] {
            let unknown = find(name, target).expect_err(name);
            assert_eq!(unknown.intended, Some(present), "{}", unknown.message);
            let question = format!("unknown attribute `{name}`; did you mean `{present}`?");
            assert!(
                unknown.message.starts_with(&question),
                "{}",
                unknown.message
            );
        }
    }
}
