//! The macros where little can be taken for granted. That this compiles is the test.

/// No prelude, no leniency, names that are others' names, another name for the crate.
#[no_implicit_prelude]
#[deny(warnings, missing_docs, clippy::all, clippy::pedantic)]
#[deny(
    unused_qualifications,
    single_use_lifetimes,
    let_underscore_drop,
    rust_2018_idioms
)]
#[forbid(unsafe_code)]
pub(crate) mod strict {
    use ::core::prelude::v1::derive;

    pub(crate) mod reexport {
        pub(crate) use ::kuzu_ddl as orm;
    }

    /// Names that collide with what an expansion might mention.
    #[derive(::kuzu_ddl::KuzuNode)]
    #[kuzu(name = "order by; 'quoted' \u{1F980}")]
    #[expect(non_snake_case, reason = "the point of the test")]
    pub(crate) struct Option<'a> {
        /// The key.
        #[kuzu(primary_key, default = -1)]
        pub Some: i64,
        /// A raw name.
        pub r#type: &'a ::core::primitive::str,
        /// A literal that a careless expansion would be blamed for.
        #[kuzu(default = 1000000)]
        pub Result: i64,
        /// What the expansion calls our crate.
        #[kuzu(default = [1, 2], type = "INT8[]")]
        pub __kuzu: ::core::option::Option<[i8; 2]>,
        /// A field that says everything, so that nothing is left for a base value.
        #[kuzu(
            name = "everything",
            type = "DATE",
            default = "2024-12-31",
            renamed_from = "all"
        )]
        pub(crate) date: Vec,
        /// What the expansion calls a row.
        pub row: Vec,
    }

    /// A list by another name.
    #[derive(::kuzu_ddl::KuzuType)]
    #[kuzu(crate = "reexport::orm")]
    pub(crate) struct Vec {
        /// A member.
        pub string: ::std::string::String,
    }

    /// An edge by another crate name.
    #[derive(::kuzu_ddl::KuzuEdge)]
    #[kuzu(crate = "crate::schema::macro_hygiene::strict::reexport::orm", from = Option<'static>, to = Option<'static>)]
    pub(crate) struct String;

    /// Every kind of check that an expansion can hold.
    #[derive(::kuzu_ddl::KuzuNode)]
    #[kuzu(
        fts_index(name = "whole", on("none_", "ok_"), stemmer = "none"),
        key_was = "Err"
    )]
    #[kuzu(dropped("Vec"), renamed_from = "Checks")]
    #[expect(non_snake_case, reason = "the point of the test")]
    pub(crate) struct Checked<'u128> {
        /// The key.
        #[kuzu(primary_key, comment = "")]
        pub Ok: ::core::primitive::u8,
        /// A text.
        #[kuzu(name = "none_", fts_index, fill = "''")]
        pub None: &'u128 ::core::primitive::str,
        /// Another, with the name of the key but for its case in Rust.
        #[kuzu(name = "ok_", renamed_from = "ok__")]
        pub ok: ::std::string::String,
        /// A vector.
        #[kuzu(vector_index(pu = 1), vector_index(name = "far", metric = "l2"))]
        pub core: [::core::primitive::f32; 3],
    }

    ::kuzu_ddl::dropped_table!("gone \\ with the wind");
}

mod user_macro {
    //! Structs that a macro of the user makes.

    macro_rules! node {
        ($name:ident, $table:literal, $default:literal, { $($field:ident: $ty:ty),* }) => {
            #[derive(kuzu_ddl::KuzuNode)]
            #[kuzu(name = $table)]
            pub(super) struct $name {
                #[kuzu(primary_key)]
                id: i64,
                #[kuzu(default = $default)]
                count: i32,
                $($field: $ty,)*
            }
        };
    }

    node!(Generated, "generated", 5, { names: Vec<String>, maybe: Option<i64> });
}

#[test]
fn macros_expand_in_strict_modules() {
    #[derive(kuzu_ddl::KuzuNode)]
    #[repr(C, packed)]
    struct InAFunction {
        #[kuzu(primary_key)]
        id: i64,
    }

    let declared = kuzu_ddl::schema![
        strict::Option,
        strict::String,
        strict::Checked,
        user_macro::Generated,
        InAFunction
    ]
    .unwrap();
    assert_eq!(declared.schema.tables.len(), 5);
    let generated = declared.schema.table("generated").unwrap();
    assert!(generated.property("maybe").unwrap().nullable);
}
