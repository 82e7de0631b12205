//! The Kùzu type of each Rust type.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use kuzu_ddl::types::{
    Blob, Decimal, InternalId, Interval, Serial, TimestampMs, TimestampNs, TimestampSec,
};
use kuzu_ddl::{KuzuNode, KuzuType, schema};
use kuzu_ddl_core::schema::Type;

fn text<T: KuzuType + ?Sized>() -> String {
    let null = if T::NULLABLE { "?" } else { "" };
    format!("{}{null}", Type::from(&T::TYPE))
}

macro_rules! assert_types {
    ($($rust:ty => $text:literal;)*) => {
        $(assert_eq!(text::<$rust>(), $text, "{}", stringify!($rust));)*
    };
}

#[test]
fn rust_types_map_to_kuzu_types() {
    assert_types! {
        bool => "BOOL";
        i8 => "INT8"; i16 => "INT16"; i32 => "INT32"; i64 => "INT64"; i128 => "INT128";
        u8 => "UINT8"; u16 => "UINT16"; u32 => "UINT32"; u64 => "UINT64";
        f32 => "FLOAT"; f64 => "DOUBLE";
        String => "STRING"; str => "STRING"; char => "STRING";
        Blob => "BLOB";
        uuid::Uuid => "UUID";
        time::Date => "DATE";
        time::PrimitiveDateTime => "TIMESTAMP";
        TimestampNs => "TIMESTAMP_NS"; TimestampMs => "TIMESTAMP_MS"; TimestampSec => "TIMESTAMP_SEC";
        time::OffsetDateTime => "TIMESTAMP_TZ"; time::UtcDateTime => "TIMESTAMP_TZ";
        time::Duration => "INTERVAL"; std::time::Duration => "INTERVAL"; Interval => "INTERVAL";
        rust_decimal::Decimal => "DECIMAL(18, 3)"; Decimal<38, 0> => "DECIMAL(38, 0)";
        Serial => "SERIAL";
        serde_json::Value => "json";
        InternalId => "INTERNAL_ID";
        Vec<i64> => "INT64[]"; [f32; 3] => "FLOAT[3]"; [u8] => "UINT8[]";
        HashMap<String, i64> => "MAP(STRING, INT64)"; BTreeMap<u8, Vec<bool>> => "MAP(UINT8, BOOL[])";
        Option<i64> => "INT64?"; Option<Option<i64>> => "INT64?"; Vec<Option<i64>> => "INT64[]";
    }
}

#[cfg(feature = "chrono")]
#[test]
fn chrono_types_map_to_kuzu_types() {
    assert_types! {
        chrono::NaiveDate => "DATE";
        chrono::NaiveDateTime => "TIMESTAMP";
        chrono::DateTime<chrono::Utc> => "TIMESTAMP_TZ";
        chrono::TimeDelta => "INTERVAL";
    }
}

#[test]
fn pointers_map_to_their_target_type() {
    assert_types! {
        &str => "STRING"; &'static [i8] => "INT8[]"; &&i64 => "INT64";
        Box<str> => "STRING"; Rc<str> => "STRING"; Arc<str> => "STRING"; Cow<'static, str> => "STRING";
        Box<i64> => "INT64"; Arc<Vec<f32>> => "FLOAT[]"; Cow<'static, [u8]> => "UINT8[]";
        Box<Option<i64>> => "INT64?"; Option<Box<[Arc<str>]>> => "STRING[]?";
    }
}

#[derive(KuzuType)]
#[expect(dead_code, reason = "only the type counts")]
struct Id<T>(i64, PhantomData<T>);

#[derive(KuzuType)]
struct Maybe<T>(Option<T>);

#[derive(KuzuType)]
struct Lines<'a, const N: usize>([&'a str; N]);

#[derive(KuzuType)]
#[expect(dead_code, reason = "only the type counts")]
struct Point<T: Copy = f64>
where
    T: Into<f64>,
{
    x: T,
    #[kuzu(name = "Y")]
    y: Vec<T>,
    #[kuzu(type = "json")]
    r#type: Opaque,
    #[kuzu(skip)]
    _cache: Opaque,
}

struct Opaque;

#[derive(KuzuType)]
#[kuzu(transparent)]
struct Wrapped {
    inner: Point<f32>,
}

#[derive(KuzuType)]
#[expect(dead_code, reason = "only the type counts")]
enum Colour {
    Red,
    Green,
}

#[derive(KuzuType)]
#[kuzu(rename_all = "snake_case")]
#[expect(dead_code, reason = "only the type counts")]
enum Contact {
    MailAddress(String),
    PhoneNumber {
        country: i16,
        digits: String,
    },
    #[kuzu(name = "nothing")]
    None,
    #[kuzu(name = "Colour")]
    Favourite(#[kuzu(type = "STRING[]")] Opaque),
}

#[derive(KuzuType)]
#[kuzu(type = "DATE")]
#[expect(dead_code, reason = "only the type counts")]
enum Weird {
    Day(u8, u16),
}

#[test]
fn derived_types_map_to_kuzu_types() {
    assert_types! {
        Id<Opaque> => "INT64"; Maybe<u8> => "UINT8?"; Lines<'static, 4> => "STRING[4]";
        Point => "STRUCT(x DOUBLE, Y DOUBLE[], type json)";
        Wrapped => "STRUCT(x FLOAT, Y FLOAT[], type json)";
        Colour => "STRING";
        Contact => "UNION(mail_address STRING, phone_number STRUCT(country INT16, digits STRING), nothing BOOL, Colour STRING[])";
        Weird => "DATE";
        Vec<HashMap<Colour, Option<Id<()>>>> => "MAP(STRING, INT64)[]";
    }
}

/// One field per text: the derive's parser must agree with the runtime's.
macro_rules! texts {
    ($($field:ident: $text:literal,)*) => {
        #[derive(KuzuNode)]
        struct Given {
            #[kuzu(primary_key)]
            id: i64,
            $(#[kuzu(type = $text)] $field: Opaque,)*
        }

        const TEXTS: &[(&str, &str)] = &[$((stringify!($field), $text)),*];
    };
}

texts! {
    a1: "BOOL", a2: "boolean", a3: "INT8", a4: "INT16", a5: "INT32", a6: "int", a7: "INT64", a8: "INT128",
    a9: "UINT8", b1: "UINT16", b2: "UINT32", b3: "UINT64", b4: "FLOAT", b5: "REAL", b6: "FLOAT4", b7: "DOUBLE",
    b8: "FLOAT8", b9: "STRING", c1: "BLOB", c2: "bytea", c3: "UUID", c4: "DATE", c5: "TIMESTAMP",
    c6: "TIMESTAMP_NS", c7: "TIMESTAMP_MS", c8: "TIMESTAMP_SEC", c9: "TIMESTAMP_S", d1: "TIMESTAMP_TZ",
    d2: "INTERVAL", d3: "DURATION", d4: "SERIAL", d5: "json", d6: "JSON", d7: "INTERNAL_ID", d8: "DECIMAL",
    d9: "decimal( 10 ,2 )", e1: "DECIMAL(38, 38)", e2: "INT64[]", e3: "INT64[3]", e4: " INT64 [ 3 ] [ ] ",
    e5: "STRUCT(a INT64, B STRUCT(c DATE[]))", e6: "MAP(STRING, MAP(UUID, DOUBLE[2]))",
    e7: "UNION(a INT64, b UNION(c STRING))[]", e8: "struct ( _a1 int )",
}

#[test]
fn derive_and_runtime_parse_the_same_type_texts() {
    let declared = schema![Given].unwrap();
    let given = declared.schema.table("given").unwrap();
    for (field, text) in TEXTS {
        assert_eq!(
            given.property(field).unwrap().ty,
            text.parse().unwrap(),
            "{text}"
        );
    }
}

#[test]
fn option_is_nullable_with_any_declared_type() {
    type Perhaps = Option<Opaque>;

    #[derive(KuzuNode)]
    struct T {
        #[kuzu(primary_key, type = "UUID")]
        id: Opaque,
        #[kuzu(type = "DATE")]
        a: Option<Opaque>,
        #[kuzu(type = "DATE")]
        b: Perhaps,
        #[kuzu(type = "DATE", nullable)]
        c: Opaque,
        #[kuzu(type = "DATE")]
        d: Opaque,
        e: Maybe<i64>,
    }
    let declared = schema![T].unwrap();
    let table = declared.schema.table("T").unwrap();
    let nullable: Vec<_> = table
        .properties
        .values()
        .filter(|p| p.nullable)
        .map(|p| &*p.name)
        .collect();
    assert_eq!(nullable, ["a", "b", "c", "e"]);
}
