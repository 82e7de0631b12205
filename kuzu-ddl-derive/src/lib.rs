//! Derive macros of `kuzu-ddl`: [`macro@KuzuNode`], [`macro@KuzuEdge`] and [`macro@KuzuType`].
//!
//! Use them through the crate `kuzu-ddl`, which also exports the traits of the same names.
//!
//! A derive emits one constant description and no logic. It does not interpret the tokens of a
//! type: the Kùzu type of a field is that of its `KuzuType` impl, so aliases, newtypes and generic
//! types work.

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

/// Declares a node table.
///
/// The fields of the struct are the properties of the table. Doc comments become comments in the
/// database.
///
/// # Attributes of the struct
///
/// All attributes are written in `#[kuzu(…)]`. A repeatable attribute may occur more than once.
///
/// | attribute | meaning |
/// |---|---|
/// | `name = "…"` | name of the table; default: the name of the struct |
/// | `rename_all = "…"` | case convention of the property names |
/// | `renamed_from = "…"` | former name of the table; repeatable, may remain permanently |
/// | `dropped("…", …)` | tombstones: former properties that are dropped; repeatable |
/// | `key_changed_from = "…"` | former primary key; repeatable |
/// | `fts_index(name = "…", on("…", …), …)` | full-text index on several properties; repeatable |
/// | `comment = "…"` | comment in place of the doc comment; `""` for none |
/// | `allow_reserved` | the names of the table and its properties may be Cypher keywords |
/// | `skip_registration` | the struct is part of a schema only where `schema![…]` names it |
/// | `crate = "…"` | path of `kuzu_ddl`, where the crate has another name |
///
/// The case conventions are `lowercase`, `UPPERCASE`, `PascalCase`, `camelCase`, `snake_case`,
/// `SCREAMING_SNAKE_CASE`, `kebab-case` and `SCREAMING-KEBAB-CASE`.
///
/// `key_changed_from` is required only with a lock file: it confirms that the table is to be
/// rebuilt with another primary key.
///
/// `skip_registration` is for tests, and for the schema of a second database. The lock file does
/// not contain such a struct.
///
/// # Attributes of a field
///
/// | attribute | meaning |
/// |---|---|
/// | `primary_key` | primary key: exactly one field, not an `Option` |
/// | `name = "…"` | name of the property; default: that of the field, by `rename_all` |
/// | `type = "…"` | Kùzu type, for a field whose type has no `KuzuType` |
/// | `nullable` | allows NULL; only with `type`, for a field that is not an `Option` |
/// | `default = …` | default value: a literal |
/// | `default_expr = "…"` | default value: an expression such as `current_timestamp()` |
/// | `renamed_from = "…"` | former name of the property; repeatable, may remain permanently |
/// | `cast = "…"` | conversion after a type change: an expression of the `old` value |
/// | `cast_with = path` | conversion after a type change: a function of the old value |
/// | `fill = "…"` | backfill of rows without a value: an expression |
/// | `fill_with = path(a, b)` | backfill of rows without a value: a function of other properties |
/// | `on_fail = "…"` | action when the conversion of a row fails: `abort`, `null`, `default` |
/// | `fts_index(…)` | full-text index on a `STRING`; repeatable |
/// | `vector_index(…)` | vector index on an array of `FLOAT` or `DOUBLE`; repeatable |
/// | `comment = "…"` | comment in place of the doc comment; `""` for none |
/// | `allow_reserved` | the name of the property may be a Cypher keyword |
/// | `skip` | the field is not a property |
///
/// A name such as `order` or `when` is a Cypher keyword: kuzu-ddl quotes it, and your own Cypher
/// must, too: `` MATCH (t:Task) RETURN t.`order` ``. The compiler warns of such a name (lint
/// `deprecated`), unless `allow_reserved` allows it.
///
/// With `type`, a field that is an `Option` is still nullable.
///
/// Literals are `true`, `-5`, `1.5`, `"text"`, `b"bytes"` and lists such as `[1, 2]`. The literal
/// must be of the type of the property.
///
/// A `cast` is for example `CAST(old AS INT32)`. The function of `cast_with` may return an `Option`
/// or a `Result`.
///
/// `fill` and `fill_with` apply where the property is new, or no longer allows NULL. The inputs of
/// `fill_with` may be dropped properties.
///
/// `on_fail` also applies where the function of `cast_with` or `fill_with` returns no value, or
/// NULL for a value that was not NULL. The default, `abort`, rejects the change.
///
/// # Options of an index
///
/// The options of an index are written in parentheses. An option that is not set has the default of
/// the engine.
///
/// | option | index | meaning |
/// |---|---|---|
/// | `name = "…"` | both | name; default: `<property>_fts` or `<property>_vec` |
/// | `stemmer = "…"` | `fts_index` | a language, `porter` or `none`; default: `english` |
/// | `stopwords = "…"` | `fts_index` | node table with one `STRING`; requires the stemmer `none` |
/// | `ignore_pattern = "…"` | `fts_index` | regular expression for the separators of words |
/// | `metric = "…"` | `vector_index` | `cosine` (default), `l2`, `l2sq`, `dotproduct` |
/// | `mu = 30` | `vector_index` | degree of the upper graph, from 1 to 26213 |
/// | `ml = 60` | `vector_index` | degree of the lower graph, from 1 to 1638 |
/// | `pu = 0.05` | `vector_index` | share of nodes in the upper graph; Kùzu 0.11.3 keeps only 0.05 |
/// | `efc = 200` | `vector_index` | number of candidates during construction, at least 1 |
/// | `alpha = 1.1` | `vector_index` | maximum reach of edges, at least 1, with up to six decimals |
/// | `cache_embeddings = true` | `vector_index` | keeps vectors in memory during construction |
///
/// A migration rejects a file as `stopwords`, because the engine would read it again later. It
/// rejects `ignore_pattern` on Kùzu 0.11.3, which does not apply it to rows that are added later.
#[proc_macro_derive(KuzuNode, attributes(kuzu))]
pub fn derive_node(input: TokenStream) -> TokenStream {
    expand::derive_table(input.into(), TableKind::Node).into()
}

/// Declares a rel table.
///
/// The attributes are those of [`macro@KuzuNode`], except `primary_key`, `key_changed_from` and the
/// indexes. The struct may have no fields.
///
/// The struct has these attributes in addition:
///
/// | attribute | meaning |
/// |---|---|
/// | `from = A, to = B` | FROM–TO pair of structs that derive `KuzuNode` |
/// | `pair(from = A, to = B)` | the same, for a table with several pairs; repeatable |
/// | `multiplicity = "…"` | `many_many` (default), `many_one`, `one_many`, `one_one` |
/// | `multiplicity_changed_from = "…"` | former multiplicity; repeatable |
/// | `storage_direction = "…"` | `both` (default) or `fwd` |
/// | `dropped_pair(from = A, to = "B")` | tombstone: a former pair that is dropped; repeatable |
///
/// `multiplicity_changed_from` is required only with a lock file: it confirms that the table is to
/// be rebuilt with another multiplicity.
///
/// A `dropped_pair` has the name of a table in place of a struct that was removed.
#[proc_macro_derive(KuzuEdge, attributes(kuzu))]
pub fn derive_edge(input: TokenStream) -> TokenStream {
    expand::derive_table(input.into(), TableKind::Edge).into()
}

/// Maps a Rust type to a Kùzu type.
///
/// | Rust type | Kùzu type |
/// |---|---|
/// | struct with one unnamed field | the type of the field |
/// | struct with named fields | `STRUCT` |
/// | enum without data | `STRING` |
/// | enum with data | `UNION` of the variants |
///
/// A variant with one unnamed field has the type of the field, one with named fields is a `STRUCT`,
/// and one without fields is a `BOOL`.
///
/// # Attributes
///
/// | attribute | of | meaning |
/// |---|---|---|
/// | `type = "…"` | the type | Kùzu type, independent of the fields |
/// | `transparent` | a struct | the type of its one named field |
/// | `rename_all = "…"` | the type | case convention of the members or variants |
/// | `name = "…"` | a field, a variant | name of the member or variant |
/// | `type = "…"` | a field | Kùzu type of the member |
/// | `skip` | a field | the field is not a member; implied for a `PhantomData` |
/// | `crate = "…"` | the type | path of `kuzu_ddl`, where the crate has another name |
#[proc_macro_derive(KuzuType, attributes(kuzu))]
pub fn derive_type(input: TokenStream) -> TokenStream {
    expand::derive_value_type(input.into()).into()
}

/// Generates an upgrade test for each lock file in the folder `locks`.
///
/// The folder is located next to `Cargo.toml`. It contains a copy of `kuzu-schema.lock`, as
/// `locks/<name>.lock`, for each released schema.
///
/// ```ignore
/// kuzu_ddl::upgrade_tests!();
/// ```
///
/// The test `upgrade_from_<name>` creates the locked schema in an in-memory database, writes rows,
/// and migrates it to the compiled-in schema. It fails if the migration removes a row or a value
/// that no tombstone names.
///
/// Where `kuzu_ddl` has another name, use `upgrade_tests!(crate = "…")`.
#[proc_macro]
pub fn upgrade_tests(input: TokenStream) -> TokenStream {
    upgrade_tests::expand(input.into()).into()
}
