//! The derives depend on no crate of ours, so a few rules are written twice. Here both are asked.

use kuzu_ddl_runtime::schema::{Expr, FUNCTIONS, IndexKind, Type as Known, name as known};

use crate::attr::At;
use crate::syntax::{expr, name, types};

#[test]
fn on_names() {
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
            name::table(text).is_ok(),
            known::check_table(text).is_ok(),
            "{text:?}"
        );
        assert_eq!(
            name::property(text).is_ok(),
            known::check_property(text).is_ok(),
            "{text:?}"
        );
        let member = format!("STRUCT({text} INT64)").parse::<Known>();
        if text.trim() == text && !text.contains(' ') {
            assert_eq!(name::member(text).is_ok(), member.is_ok(), "{text:?}");
        }
    }
}

#[test]
fn on_types() {
    let deep = |n: usize| format!("INT8{}", "[]".repeat(n));
    let (deep_enough, too_deep) = (deep(63), deep(64));
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
        &deep_enough,
        &too_deep,
    ] {
        let here = types::Type::read(&At {
            value: text.into(),
            span: proc_macro2::Span::call_site(),
        });
        assert_eq!(here.is_ok(), text.parse::<Known>().is_ok(), "{text:?}");
    }
}

#[test]
fn on_words() {
    assert_eq!(name::RESERVED_MEMBERS, known::RESERVED_MEMBERS);

    assert_eq!(expr::FUNCTIONS, FUNCTIONS);
}

/// Every option the derive takes, with values on both sides of each limit.
#[test]
fn on_options() {
    use crate::attr::{index::Kind, index_options::Takes};
    for (kind, theirs) in [
        (Kind::FullText, IndexKind::FullText),
        (Kind::Vector, IndexKind::Vector),
    ] {
        let names: Vec<_> = kind.options().iter().map(|(name, _)| *name).collect();
        assert_eq!(
            names,
            theirs.options().iter().map(|o| o.name).collect::<Vec<_>>()
        );
        for &(name, takes) in kind.options() {
            let word = proc_macro2::Ident::new(name, proc_macro2::Span::call_site());
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
            if let Takes::Int(low, high) = takes {
                texts.extend([
                    (low - 1).to_string(),
                    high.to_string(),
                    high.saturating_add(1).to_string(),
                ]);
            }
            if let Takes::Word(_, words) = takes {
                texts.extend(words.iter().map(|(word, _)| format!("{word:?}")));
            }
            for text in texts {
                let here = |input: syn::parse::ParseStream| {
                    crate::attr::index_options::value(input, &word, takes)
                };
                let here = syn::parse::Parser::parse_str(here, &text).ok();
                let bare: String =
                    syn::parse_str::<syn::LitStr>(&text).map_or(text.clone(), |t| t.value());
                let said = syn::parse_str::<syn::LitStr>(&text).is_ok();
                let there = theirs.option(name, &bare).ok();
                // A text may hold digits, and a quoted digit is none.
                if here.is_some()
                    || said == matches!(takes, Takes::Word(..) | Takes::Pattern | Takes::Source)
                {
                    assert_eq!(here, there, "{name} = {text}");
                }
            }
        }
    }
    for name in ["a", "Größe", "order", "a b", "1a", "_", "", "a-b"] {
        assert_eq!(name::is_plain(name), known::is_plain(name), "{name:?}");
        assert_eq!(
            name::index(name).is_ok(),
            known::check_index(name).is_ok(),
            "{name:?}"
        );
    }
}

#[test]
fn on_expressions() {
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
    ] {
        let known = text.parse::<kuzu_ddl_runtime::schema::Expr>();
        let here = expr::check(text);
        assert_eq!(here.is_ok(), known.is_ok(), "{text:?}: {here:?} {known:?}");
        for cast in [text.to_owned(), text.replace('5', "old")] {
            let (here, known) = (expr::check_cast(&cast), Expr::parse_cast(&cast));
            assert_eq!(here.is_ok(), known.is_ok(), "{cast:?}: {here:?} {known:?}");
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

/// What the runtime reads of a lock file, the derives read too: a good file is never an error.
#[test]
fn on_locks() {
    let here = |text: &str| crate::lock::Lock::parse(text).map(|_| ());
    let there = |text: &str| text.parse::<kuzu_ddl_runtime::lock::Lock>();
    assert_eq!(here(LOCK), Ok(()));
    let parsed = there(LOCK).expect("it is a lock");
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
    assert_eq!(crate::lock::FILE, kuzu_ddl_runtime::lock::FILE);
}
