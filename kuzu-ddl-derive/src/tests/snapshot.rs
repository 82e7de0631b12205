//! One expansion per derive, pretty-printed. It determines the compile time of users, and must
//! change on purpose only.

use expect_test::{Expect, expect};
use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::TableKind;
use crate::expand;

fn assert_expansion(tokens: TokenStream, want: &Expect) {
    let file = syn::parse2(tokens).expect("an expansion is items");
    want.assert_eq(&prettyplease::unparse(&file));
}

#[test]
fn node() {
    let tokens = quote! {
        /// A customer.
        #[kuzu(name = "Human", renamed_from = "People", dropped("fax"))]
        struct Person<'a> {
            #[kuzu(primary_key)]
            id: i64,
            /// In full.
            #[kuzu(default = "", fts_index(stemmer = "none"))]
            name: &'a str,
            #[kuzu(renamed_from = "mail", type = "DECIMAL(10, 2)[]")]
            r#type: Option<Opaque>,
        }
    };
    assert_expansion(
        expand::derive_table(tokens, TableKind::Node),
        &expect![[r#"
            const _: () = {
                use ::kuzu_ddl::__private as __kuzu;
                #[automatically_derived]
                impl __kuzu::KuzuTable for Person<'_> {
                    const DESC: &'static __kuzu::TableDesc = &__kuzu::TableDesc {
                        name: "Human",
                        kind: __kuzu::TableKindDesc::Node {
                            primary_key: "id",
                        },
                        properties: &[
                            __kuzu::PropertyDesc {
                                name: "id",
                                line: 0,
                                ..<i64 as __kuzu::KuzuType>::PROPERTY
                            },
                            __kuzu::PropertyDesc {
                                name: "name",
                                default: __kuzu::Some(__kuzu::ExprDesc::Text("")),
                                comment: __kuzu::Some("In full."),
                                line: 0,
                                ..<&'static str as __kuzu::KuzuType>::PROPERTY
                            },
                            __kuzu::PropertyDesc {
                                name: "type",
                                ty: __kuzu::TypeDesc::List(&__kuzu::TypeDesc::Decimal(10, 2)),
                                nullable: {
                                    use __kuzu::NotNullable as _;
                                    __kuzu::NullableProbe::<Option<Opaque>>::NULLABLE
                                },
                                renamed_from: &["mail"],
                                line: 0,
                                ..__kuzu::PropertyDesc::EMPTY
                            },
                        ],
                        comment: __kuzu::Some("A customer."),
                        renamed_from: &["People"],
                        dropped: &["fax"],
                        indexes: &[
                            __kuzu::IndexDesc {
                                name: "name_fts",
                                kind: __kuzu::IndexKindDesc::FullText,
                                properties: &["name"],
                                options: &[("stemmer", "none")],
                            },
                        ],
                        origin: __kuzu::Origin {
                            krate: "kuzu-ddl-derive",
                            rust_name: __kuzu::concat!(__kuzu::module_path!(), "::Person"),
                            file: "",
                            line: 0,
                        },
                    };
                }
                #[automatically_derived]
                impl __kuzu::KuzuNode for Person<'_> {}
                __kuzu::inventory::submit! {
                    __kuzu::Registration::Table(__kuzu::const_checks::table(< Person < 'static > as
                    __kuzu::KuzuTable > ::DESC))
                }
                const _: () = __kuzu::const_checks::key(&<i64 as __kuzu::KuzuType>::PROPERTY);
                const _: () = __kuzu::const_checks::default(
                    &<&'static str as __kuzu::KuzuType>::PROPERTY.ty,
                    &__kuzu::ExprDesc::Text(""),
                );
                const _: () = __kuzu::const_checks::fts_index(
                    "name",
                    &<&'static str as __kuzu::KuzuType>::PROPERTY.ty,
                );
                const _: fn(&Person<'_>) = |row| {
                    let _ = &row.id;
                    let _ = &row.name;
                    let _ = &row.r#type;
                };
            };
        "#]],
    );
}

#[test]
fn edge() {
    let tokens = quote! {
        #[kuzu(from = Person, to = Product, multiplicity = "many_one")]
        struct Purchased {
            quantity: i64,
        }
    };
    assert_expansion(
        expand::derive_table(tokens, TableKind::Edge),
        &expect![[r#"
            const _: () = {
                use ::kuzu_ddl::__private as __kuzu;
                #[automatically_derived]
                impl __kuzu::KuzuTable for Purchased {
                    const DESC: &'static __kuzu::TableDesc = &__kuzu::TableDesc {
                        name: "Purchased",
                        kind: __kuzu::TableKindDesc::Edge {
                            pairs: &[
                                __kuzu::PairDesc {
                                    from: <Person as __kuzu::KuzuNode>::NAME,
                                    to: <Product as __kuzu::KuzuNode>::NAME,
                                },
                            ],
                            dropped_pairs: &[],
                            multiplicity: __kuzu::Multiplicity::ManyOne,
                            storage: __kuzu::StorageDirection::Both,
                        },
                        properties: &[
                            __kuzu::PropertyDesc {
                                name: "quantity",
                                line: 0,
                                ..<i64 as __kuzu::KuzuType>::PROPERTY
                            },
                        ],
                        origin: __kuzu::Origin {
                            krate: "kuzu-ddl-derive",
                            rust_name: __kuzu::concat!(__kuzu::module_path!(), "::Purchased"),
                            file: "",
                            line: 0,
                        },
                        ..__kuzu::TableDesc::EMPTY
                    };
                }
                #[automatically_derived]
                impl __kuzu::KuzuEdge for Purchased {}
                __kuzu::inventory::submit! {
                    __kuzu::Registration::Table(__kuzu::const_checks::table(< Purchased as
                    __kuzu::KuzuTable > ::DESC))
                }
                const _: fn(&Purchased) = |row| {
                    let _ = &row.quantity;
                };
            };
        "#]],
    );
}

#[test]
fn value_type() {
    let tokens = quote! {
        #[kuzu(crate = "orm")]
        enum Contact<T> {
            Mail(T),
            Phone { country: i16 },
            Unknown,
        }
    };
    assert_expansion(
        expand::derive_value_type(tokens),
        &expect![[r#"
        const _: () = {
            use orm::__private as __kuzu;
            #[automatically_derived]
            impl<T> __kuzu::KuzuType for Contact<T>
            where
                T: __kuzu::KuzuType,
            {
                const TYPE: __kuzu::TypeDesc = __kuzu::TypeDesc::Union(
                    &[
                        __kuzu::MemberDesc {
                            name: "Mail",
                            ty: <T as __kuzu::KuzuType>::TYPE,
                        },
                        __kuzu::MemberDesc {
                            name: "Phone",
                            ty: __kuzu::TypeDesc::Struct(
                                &[
                                    __kuzu::MemberDesc {
                                        name: "country",
                                        ty: <i16 as __kuzu::KuzuType>::TYPE,
                                    },
                                ],
                            ),
                        },
                        __kuzu::MemberDesc {
                            name: "Unknown",
                            ty: __kuzu::TypeDesc::Bool,
                        },
                    ],
                );
            }
        };
    "#]],
    );
}

#[test]
fn errors() {
    let tokens = quote! {
        struct Person<T> {
            #[kuzu(primary)]
            id: T,
        }
    };
    assert_expansion(
        expand::derive_table(tokens, TableKind::Node),
        &expect![[r#"
            ::core::compile_error! {
                "unknown attribute `primary`; did you mean `primary_key`?\nexpected one of: `primary_key`, `name`, `allow_reserved`, `type`, `nullable`, `default`, `default_expr`, `cast`, `cast_with`, `on_fail`, `fill`, `fill_with`, `fts_index`, `vector_index`, `renamed_from`, `comment`, `skip`"
            }
            ::core::compile_error! {
                "a table cannot have type parameters\nhelp: declare one struct per table"
            }
            const _: () = {
                use ::kuzu_ddl::__private as __kuzu;
                #[automatically_derived]
                impl<T> __kuzu::KuzuTable for Person<T> {
                    const DESC: &'static __kuzu::TableDesc = &__kuzu::TableDesc::EMPTY;
                }
                #[automatically_derived]
                impl<T> __kuzu::KuzuNode for Person<T> {}
            };
        "#]],
    );
}
