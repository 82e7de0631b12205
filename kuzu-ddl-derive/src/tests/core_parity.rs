//! The derives depend on no other crate of the workspace, so some rules exist here and in
//! kuzu-ddl-core. Each test applies both and compares the results.

use kuzu_ddl_core::{lock as core_lock, schema};

use crate::attr::index_options::{IndexKind, OptionKind, parse_value};
use crate::lock;
use crate::syntax::{expr, name, types};

#[test]
fn names() {
    let long = "x".repeat(1024);
    let longer = "x".repeat(1025);
    for text in [
        "a",
        "",
        "order by",
        "É",
        "🦀",
        "a`b",
        "a.b",
        "a\0b",
        "a\nb",
        "_id",
        "_ID",
        "_Label",
        "_src",
        "_dst",
        "_nodes",
        "_rels",
        "_rel",
        "_foo",
        "_kuzu_ddl",
        "_KUZU_DDLx",
        "_kuzu_dd",
        "kuzu_ddl",
        "order",
        "ORDER",
        "from",
        &long,
        &longer,
    ] {
        assert_eq!(
            name::check_table(text).is_ok(),
            schema::name::check_table(text).is_ok(),
            "{text:?}"
        );
        assert_eq!(
            name::check_property(text).is_ok(),
            schema::name::check_property(text).is_ok(),
            "{text:?}"
        );
        let member = format!("STRUCT({text} INT64)").parse::<schema::Type>();
        if text.trim() == text && !text.contains(' ') {
            assert_eq!(name::check_member(text).is_ok(), member.is_ok(), "{text:?}");
        }
    }
}

#[test]
fn types() {
    let nested = |n: usize| format!("INT8{}", "[]".repeat(n));
    let (deepest, too_deep) = (nested(63), nested(64));
    for text in [
        "BOOL",
        "boolean",
        "INT",
        "Int64",
        "INT128",
        "UINT128",
        "REAL",
        "FLOAT4",
        "FLOAT8",
        "BYTEA",
        "TIMESTAMP_S",
        "TIMESTAMP_TZ",
        "DURATION",
        "json",
        "JSON",
        "SERIAL",
        "INTERNAL_ID",
        "ANY",
        "VARCHAR",
        "",
        " ",
        "INT64 INT64",
        "DECIMAL",
        "DECIMAL()",
        "DECIMAL(3)",
        "DECIMAL(3, 1)",
        "DECIMAL(38,38)",
        "DECIMAL(39,1)",
        "DECIMAL(0,0)",
        "DECIMAL(3,4)",
        "DECIMAL(300,4)",
        "INT8[]",
        "INT8[3]",
        "INT8[0]",
        "INT8[-1]",
        "INT8[",
        "INT8]",
        "INT8[3][][2]",
        "SERIAL[]",
        "MAP(SERIAL, INT8)",
        "MAP(INT8, INT8)",
        "MAP(INT8)",
        "MAP",
        "STRUCT(a INT8)",
        "STRUCT(a INT8,)",
        "STRUCT()",
        "STRUCT(a INT8, a INT8)",
        "STRUCT(a INT8, A INT8)",
        "STRUCT(1 INT8)",
        "STRUCT(é INT8)",
        "UNION(a INT8, b UNION(c json))[]",
        "UNION",
        "INT64; DROP TABLE a",
        &deepest,
        &too_deep,
    ] {
        let here = types::Type::parse(text);
        assert_eq!(
            here.is_ok(),
            text.parse::<schema::Type>().is_ok(),
            "{text:?}"
        );
    }
}

#[test]
fn keywords_and_functions() {
    assert_eq!(name::RESERVED_MEMBERS, schema::name::RESERVED_MEMBERS);

    assert_eq!(expr::FUNCTIONS, schema::FUNCTIONS);
}

/// Every option of an index, with values on both sides of each limit.
#[test]
fn index_options() {
    for (kind, theirs) in [
        (IndexKind::FullText, schema::IndexKind::FullText),
        (IndexKind::Vector, schema::IndexKind::Vector),
    ] {
        let names: Vec<_> = kind.options().iter().map(|(name, _)| *name).collect();
        assert_eq!(
            names,
            theirs.options().iter().map(|o| o.name).collect::<Vec<_>>()
        );
        for &(name, option_kind) in kind.options() {
            let option = proc_macro2::Ident::new(name, proc_macro2::Span::call_site());
            let mut texts: Vec<String> = [
                "0",
                "1",
                "2.5",
                "1.5e-3",
                "true",
                "false",
                "-1",
                "9223372036854775807",
            ]
            .map(String::from)
            .into();
            texts.extend(
                [
                    "\"none\"",
                    "\"klingon\"",
                    "\"L2\"",
                    "\"dot_product\"",
                    "\"it's\"",
                    "\"\\\\W\"",
                    "\"[a-z]\"",
                    "\"\"",
                ]
                .map(String::from),
            );
            if let OptionKind::Int(min, max) = option_kind {
                texts.extend([
                    (min - 1).to_string(),
                    max.to_string(),
                    max.saturating_add(1).to_string(),
                ]);
            }
            if let OptionKind::Choice(_, choices) = option_kind {
                texts.extend(choices.iter().map(|(choice, _)| format!("{choice:?}")));
            }
            for text in texts {
                let here =
                    |input: syn::parse::ParseStream| parse_value(input, &option, option_kind);
                let here = syn::parse::Parser::parse_str(here, &text).ok();
                let string = syn::parse_str::<syn::LitStr>(&text).ok();
                let unquoted = string.as_ref().map_or(text.clone(), syn::LitStr::value);
                let there = theirs.option(name, &unquoted).ok();
                // kuzu-ddl-core has one text for `"1"` and `1`; here they differ.
                let takes_string = matches!(
                    option_kind,
                    OptionKind::Choice(..) | OptionKind::Pattern | OptionKind::Source
                );
                if here.is_some() || string.is_some() == takes_string {
                    assert_eq!(here, there, "{name} = {text}");
                }
            }
        }
    }
    for name in ["a", "Größe", "order", "a b", "1a", "_", "", "a-b"] {
        assert_eq!(
            name::is_plain(name),
            schema::name::is_bare_identifier(name),
            "{name:?}"
        );
        assert_eq!(
            name::check_index(name).is_ok(),
            schema::name::check_index(name).is_ok(),
            "{name:?}"
        );
    }
}

#[test]
fn expressions() {
    for text in [
        "",
        " ",
        "5",
        "-5",
        "--5",
        "1.5e-3",
        "1.",
        "1e999",
        "170141183460469231731687303715884105727",
        "340282366920938463463374607431768211456",
        "TRUE",
        "null",
        "name",
        "a.b",
        "$p",
        "'a\\'b'",
        "'a\\n'",
        "'a",
        "'a\0'",
        "[]",
        "[1, 'a', [2]]",
        "[1",
        "[1,]",
        "{}",
        "{a: 1, b: {c: -2}}",
        "{1: 1}",
        "{a 1}",
        "1 + 2 * (3 - 4) / 5 % 6",
        "1 +",
        "(1",
        "1)",
        "()",
        "upper('a;(')",
        "UPPER ( 'a' , 1 )",
        "upper",
        "load_extension('x')",
        "CAST('1' AS INT64)",
        "cast(1 as decimal(10, 2))",
        "CAST(1 AS VARCHAR)",
        "CAST(1, INT64)",
        "CAST(1 AS INT64",
        "map(['a'], [1])",
        "5; DROP TABLE a",
        "é",
        "1 2",
        "{a: 5.b, c: 5 . d.e}",
    ] {
        let (here, there) = (expr::check(text), text.parse::<schema::Expr>());
        assert_eq!(here.is_ok(), there.is_ok(), "{text:?}: {here:?} {there:?}");
        for cast in [text.to_owned(), text.replace('5', "old")] {
            let (here, there) = (expr::check_cast(&cast), schema::Expr::parse_cast(&cast));
            assert_eq!(here.is_ok(), there.is_ok(), "{cast:?}: {here:?} {there:?}");
        }
    }
}

const LOCK: &str = r#"# kuzu-ddl schema lock, format 1

edge Bought MANY_ONE fwd crate=shop 1111111111111111
  ("odd \"one\"")->(Person) 1111111111111112
  quantity INT64 DEFAULT 1 1111111111111113

node "odd \"one\"" key="a b" crate=other-shop 2222222222222222
  "a b" STRING DEFAULT "'(it\\'s\n'" 2222222222222223

node Person key=id crate=shop was=Customer,"old\u0001, one" 3333333333333333
  email STRING NULL was=mail 3333333333333334
  id INT64 3333333333333335
  place STRUCT(a DECIMAL(10, 2), b INT8[3])[] NULL 3333333333333336
  @whole FTS(email, id) ignore_pattern="[^a-z ]+" stemmer=german

sequence ticket start=1 increment=-2 min=-100 max=9223372036854775807 cycle
"#;

/// A lock file that kuzu-ddl-core accepts is never an error in a derive.
#[test]
fn lock_files() {
    let here = |text: &str| lock::Lock::parse(text).map(|_| ());
    let there = |text: &str| text.parse::<core_lock::LockFile>();
    assert_eq!(here(LOCK), Ok(()));
    let parsed = there(LOCK).expect("a valid lock file");
    assert_eq!(parsed.to_string(), LOCK);
    for (at, c) in LOCK.char_indices() {
        let (start, end) = (&LOCK[..at], &LOCK[at + c.len_utf8()..]);
        for text in [
            format!("{start}{end}"),
            format!("{start}\"{end}"),
            start.to_owned(),
        ] {
            let here = here(&text);
            assert!(here.is_ok() || there(&text).is_err(), "{here:?}: {text}");
        }
    }
    for (from, to) in [
        ("format 1", "format 2"),
        ("# kuzu-ddl", "# cuckoo"),
        ("  email", "<<<<<<< ours\n  email"),
        ("  email", "=======\n  email"),
        ("3333333333333334", "zz"),
        ("3333333333333334", ""),
        (
            "  id INT64 3333333333333335",
            "  email INT64 3333333333333335",
        ),
        ("  id INT64 3333333333333335", ""),
        ("id INT64", "id BIGINT"),
        ("NULL was", "NUL was"),
        ("key=id ", ""),
        ("MANY_ONE", "MANY_TWO"),
        ("node Person", "nodes Person"),
        ("\"a b\" STRING", "\"a b STRING"),
        ("(Person)", "Person"),
        ("edge Bought MANY_ONE fwd crate=shop 1111111111111111\n", ""),
        ("edge Bought", "edge person"),
    ] {
        let text = LOCK.replacen(from, to, 1);
        assert_ne!(text, LOCK);
        let (here, there) = (here(&text), there(&text));
        assert!(
            here.is_err() && there.is_err(),
            "{from} {to}: {here:?} {there:?}"
        );
    }
    assert_eq!(lock::FILE, core_lock::LOCK_FILE_NAME);
}
