//! The derives of `kuzu-ddl`: [`macro@KuzuNode`], [`macro@KuzuEdge`] and [`macro@KuzuType`]. Use them through
//! the crate `kuzu-ddl`, which also has the traits of these names.
//!
//! A derive emits one constant description and no logic. Types are never judged by their tokens: what
//! a field's type is in Kùzu, its `KuzuType` says, so aliases, newtypes and generics work.

// In the order of the data flow: a module imports only modules above it.

mod spanned;

mod error;

mod suggest;

mod syntax;

mod attr;

mod ast;

mod valid;

mod lock;

mod expand;

mod upgrade_tests;

#[cfg(test)]
mod tests;

use ast::TableKind;
use proc_macro::TokenStream;

/// Describes a node table.
///
/// The struct's fields are the table's properties; doc comments are comments.
///
/// On the struct, in `#[kuzu(…)]`:
///
/// | word | meaning |
/// |---|---|
/// | `name = "…"` | the table's name; otherwise the struct's |
/// | `rename_all = "camelCase"` | the case of property names: `lowercase`, `UPPERCASE`, `PascalCase`, `camelCase`, `snake_case`, `SCREAMING_SNAKE_CASE`, `kebab-case`, `SCREAMING-KEBAB-CASE` |
/// | `renamed_from = "…"` | an earlier name of the table; repeatable, safe to keep for ever |
/// | `dropped("…", …)` | properties that the table had and shall lose |
/// | `key_changed_from = "…"` | beside a lock file: the primary key was another property, and the table shall be built anew; repeatable |
/// | `fts_index(name = "…", on("…", "…"), …)` | a full-text index on several properties, with the options below; repeatable |
/// | `comment = "…"` | the comment, in place of the doc comment; `""` is none |
/// | `skip_registration` | only `schema![…]` shall know this struct: for tests, and for a second database; the lock file does not concern it |
/// | `crate = "…"` | the path of `kuzu_ddl`, where it has another name |
///
/// On a field:
///
/// | word | meaning |
/// |---|---|
/// | `primary_key` | the primary key: exactly one, not an `Option` |
/// | `name = "…"` | the property's name; otherwise the field's, in the case of `rename_all` |
/// | `type = "…"` | the Kùzu type, for a field whose type has no `KuzuType`; an `Option` is still nullable |
/// | `nullable` | only with `type`: NULL is allowed though the field is no `Option` |
/// | `default = …` | a literal: `true`, `-5`, `1.5`, `"text"`, `b"bytes"`, `[1, 2]`; it must fit the type |
/// | `default_expr = "…"` | an expression of the engine, such as `current_timestamp()` |
/// | `renamed_from = "…"` | an earlier name of the property; repeatable, safe to keep for ever |
/// | `cast = "…"` | after a change of type: an expression that makes a new value of the `old` one, `CAST(old AS INT32)` |
/// | `cast_with = path` | after a change of type: the function that makes a new value of the old one; it may return an `Option` or a `Result` |
/// | `fill_with = path(a, b)` | the function that makes what existing rows get that have no value yet, of these properties (of dropped ones, too) |
/// | `on_fail = "…"` | what a row gets whose cast fails, or whose function gives nothing, or makes NULL of a value: `abort` (otherwise) refuses the change, `null`, `default` |
/// | `fill = "…"` | an expression for what existing rows get, where the property is new or NULL is no longer allowed |
/// | `fts_index(…)` | a full-text index on this `STRING`; repeatable |
/// | `vector_index(…)` | a vector index on this array of `FLOAT` or `DOUBLE`; repeatable |
/// | `comment = "…"` | the comment, in place of the doc comment; `""` is none |
/// | `skip` | the field is no property |
///
/// An index of its own mind says so in parentheses; what is not said, the engine chooses:
///
/// | word | of | meaning |
/// |---|---|---|
/// | `name = "…"` | both | its name; otherwise `<property>_fts` or `<property>_vec` |
/// | `stemmer = "…"` | `fts_index` | a language, `porter`, or `none`; the engine's: `english` |
/// | `stopwords = "…"` | `fts_index` | a node table with one `STRING`; the engine's: English words. A start refuses a file: the engine would read it anew |
/// | `ignore_pattern = "…"` | `fts_index` | a regular expression for what parts words. A start refuses it on Kùzu 0.11.3, which forgets it for later rows |
/// | `metric = "…"` | `vector_index` | `cosine`, `l2`, `l2sq`, `dotproduct`; the engine's: `cosine` |
/// | `mu = 30` | `vector_index` | the degree of the upper graph, 1 to 26213 |
/// | `ml = 60` | `vector_index` | the degree of the lower graph, 1 to 1638 |
/// | `pu = 0.05` | `vector_index` | the share of nodes in the upper graph, 0 to 1 |
/// | `efc = 200` | `vector_index` | how many candidates are looked at while it is built, at least 1 |
/// | `alpha = 1.1` | `vector_index` | how far edges may reach, at least 1 |
/// | `cache_embeddings = true` | `vector_index` | whether vectors are kept in memory while it is built |
#[proc_macro_derive(KuzuNode, attributes(kuzu))]
pub fn derive_node(input: TokenStream) -> TokenStream {
    expand::derive_table(input.into(), TableKind::Node).into()
}

/// Describes a rel table.
///
/// All that [`macro@KuzuNode`] takes, except `primary_key` and indexes; the struct may have no fields. And on the
/// struct:
///
/// | word | meaning |
/// |---|---|
/// | `from = A, to = B` | a FROM–TO pair of structs with `KuzuNode`; repeatable |
/// | `pair(from = A, to = B)` | the same |
/// | `multiplicity = "…"` | `many_many` (otherwise), `many_one`, `one_many`, `one_one` |
/// | `multiplicity_changed_from = "…"` | beside a lock file: it was another, and the table shall be built anew; repeatable |
/// | `storage_direction = "…"` | `both` directions (otherwise), or `fwd` only |
/// | `dropped_pair(from = A, to = "B")` | a pair that the table had and shall lose; a name in quotes where the struct is gone |
#[proc_macro_derive(KuzuEdge, attributes(kuzu))]
pub fn derive_edge(input: TokenStream) -> TokenStream {
    expand::derive_table(input.into(), TableKind::Edge).into()
}

/// Gives a Rust type its place among Kùzu's types.
///
/// A struct with one unnamed field is what the field is. A struct with named fields is a `STRUCT`. An
/// enum without data is a `STRING`. An enum with data is a `UNION` of its variants: one field is the
/// member's type, named fields are a `STRUCT`, no field is a `BOOL`.
///
/// | word | on | meaning |
/// |---|---|---|
/// | `type = "…"` | the type | the Kùzu type, whatever is inside |
/// | `transparent` | a struct | with its one named field it is what the field is |
/// | `rename_all = "…"` | the type | the case of member names or variants |
/// | `name = "…"` | a field, a variant | its name |
/// | `type = "…"` | a field | the Kùzu type of the field |
/// | `skip` | a field | it is no member; a `PhantomData` never is |
/// | `crate = "…"` | the type | the path of `kuzu_ddl`, where it has another name |
#[proc_macro_derive(KuzuType, attributes(kuzu))]
pub fn derive_type(input: TokenStream) -> TokenStream {
    expand::derive_value_type(input.into()).into()
}

/// Makes a test of each old lock: copies of `kuzu-schema.lock` that went out, kept as `locks/<name>.lock` beside
/// `Cargo.toml`.
///
/// ```ignore
/// kuzu_ddl::upgrades!();
/// ```
///
/// `upgrade_from_<name>` makes the old schema in an in-memory database, writes rows, brings it to what is compiled
/// into the test, and fails if a row or a value is gone that no tombstone names. Where `kuzu_ddl` has another name:
/// `upgrades!(crate = "…")`.
#[proc_macro]
pub fn upgrades(input: TokenStream) -> TokenStream {
    upgrade_tests::expand(input.into()).into()
}
