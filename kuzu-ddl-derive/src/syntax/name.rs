//! Which names a table, a property, an index or a member may have.
//!
//! The rules are those of kuzu-ddl-core's `schema::name`; `tests::core_parity` compares the two.

/// Property names that Kùzu reserves.
const RESERVED_PROPERTIES: [&str; 6] = ["_id", "_label", "_src", "_dst", "_nodes", "_rels"];

/// Cypher keywords that need backticks. The engine cannot quote them as the name of a member.
pub(crate) const RESERVED_MEMBERS: &[&str] = &[
    "acyclic",
    "all",
    "and",
    "any",
    "asc",
    "ascending",
    "case",
    "cast",
    "column",
    "commit_skip_checkpoint",
    "create",
    "dbtype",
    "default",
    "desc",
    "descending",
    "distinct",
    "else",
    "end",
    "ends",
    "exists",
    "false",
    "glob",
    "group",
    "headers",
    "hint",
    "in",
    "install",
    "join",
    "macro",
    "multi_join",
    "none",
    "not",
    "null",
    "on",
    "only",
    "optional",
    "or",
    "order",
    "primary",
    "profile",
    "rollback_skip_checkpoint",
    "shortest",
    "single",
    "starts",
    "table",
    "then",
    "trail",
    "true",
    "union",
    "unwind",
    "when",
    "where",
    "with",
    "wshortest",
    "xor",
];

/// Whether the engine considers two names equal: it ignores ASCII case.
pub(crate) fn is_same_name(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// Returns `name` in the form in which equal names are identical.
pub(crate) fn fold(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// Checks the name of a table.
pub(crate) fn check_table(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("a name cannot be empty".into());
    }
    check_length(name)?;
    if let Some(c) = name.chars().find(|c| matches!(c, '`' | '.' | '\0')) {
        let problem = match c {
            '`' => "a backtick",
            '.' => "a dot",
            _ => "a NUL character",
        };
        let instead = name.replace(['`', '.', '\0'], "_");
        return Err(format!(
            "a name cannot contain {problem}: Kùzu cannot quote it\nhelp: use {instead:?}"
        ));
    }
    if name.to_ascii_lowercase().starts_with("_kuzu_ddl") {
        return Err("the prefix `_kuzu_ddl` is reserved for kuzu-ddl".into());
    }
    Ok(())
}

/// Checks the name of a property.
pub(crate) fn check_property(name: &str) -> Result<(), String> {
    check_table(name)?;
    if RESERVED_PROPERTIES
        .iter()
        .any(|reserved| reserved.eq_ignore_ascii_case(name))
    {
        return Err(format!(
            "the property name `{name}` is reserved by Kùzu\n\
             help: choose another name: `#[kuzu(name = \"{}\")]`",
            name.trim_start_matches('_')
        ));
    }
    Ok(())
}

/// Checks the name of a member of a STRUCT or UNION: the engine cannot quote these.
pub(crate) fn check_member(name: &str) -> Result<(), String> {
    check_length(name)?;
    let is_ascii_word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_ascii_word || name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(format!(
            "invalid member name {name:?}: Kùzu cannot quote the members of a STRUCT or UNION\n\
             help: use ASCII letters, digits and underscores"
        ));
    }
    if is_keyword(name) {
        return Err(format!(
            "invalid member name `{name}`: it is a Cypher keyword, and Kùzu cannot quote the members \
             of a STRUCT or UNION\nhelp: choose another name, such as `{name}_`"
        ));
    }
    Ok(())
}

/// Whether Cypher accepts `name` without quotes.
pub(crate) fn is_plain(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
        && !is_keyword(name)
}

/// Whether `name` is a Cypher keyword, which needs backticks.
pub(crate) fn is_keyword(name: &str) -> bool {
    RESERVED_MEMBERS
        .iter()
        .any(|keyword| is_same_name(keyword, name))
}

/// Checks the name of an index: the engine derives names of tables from it, and does not quote
/// them.
pub(crate) fn check_index(name: &str) -> Result<(), String> {
    check_table(name)?;
    if name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return Ok(());
    }
    Err(format!(
        "invalid index name {name:?}: Kùzu does not quote it\n\
         help: use letters, digits and underscores"
    ))
}

fn check_length(name: &str) -> Result<(), String> {
    match name.len() {
        ..=1024 => Ok(()),
        n => Err(format!("a name has at most 1024 bytes, this one has {n}")),
    }
}
