//! The declarations under which the databases of the fixtures were migrated.
//!
//! The names of the functions are part of the fixtures: `suite::ledger_format::declarations::…`.

use kuzu_ddl::schema;
use kuzu_ddl_core::declared::{DeclareError, Declared};

/// What `schema![…]` evaluates to.
pub(super) type Declaration = Result<Declared, DeclareError>;

fn cents(price: &str) -> Result<i64, String> {
    let (whole, part) = price.split_once('.').ok_or("no decimal point")?;
    format!("{whole}{part:0<2}")
        .parse()
        .map_err(|_| "not a number".to_owned())
}

fn label(id: i64, note: Option<&str>) -> String {
    format!("{id}:{}", note.unwrap_or("-"))
}

mod v1 {
    use std::collections::BTreeMap;

    use kuzu_ddl::types::{
        Blob, Decimal, Interval, Serial, TimestampMs, TimestampNs, TimestampSec,
    };
    use kuzu_ddl::{KuzuEdge, KuzuNode, KuzuType};

    #[derive(KuzuType)]
    pub(super) struct Point {
        x: f64,
        tags: Vec<String>,
    }

    #[derive(KuzuType)]
    #[expect(dead_code, reason = "only the type counts")]
    pub(super) enum Contact {
        Mail(String),
        Phone(i64),
    }

    /// One property of every type.
    #[derive(KuzuNode)]
    pub(super) struct Everything {
        #[kuzu(primary_key)]
        id: Serial,
        #[kuzu(default = true)]
        t_bool: bool,
        #[kuzu(default = -8)]
        t_int8: i8,
        t_int16: i16,
        t_int32: Option<i32>,
        t_int128: i128,
        t_uint8: u8,
        t_uint16: u16,
        t_uint32: u32,
        t_uint64: u64,
        #[kuzu(default = 1.5)]
        t_float: f32,
        t_double: f64,
        #[kuzu(default = "it's")]
        t_string: String,
        #[kuzu(default = b"\x00\xff")]
        t_blob: Blob,
        #[kuzu(default = "00000000-0000-0000-0000-000000000001")]
        t_uuid: uuid::Uuid,
        #[kuzu(default_expr = "date('2020-01-01')")]
        t_date: Option<time::Date>,
        t_timestamp: time::PrimitiveDateTime,
        t_timestamp_ns: TimestampNs,
        t_timestamp_ms: TimestampMs,
        t_timestamp_sec: TimestampSec,
        t_timestamp_tz: time::OffsetDateTime,
        t_interval: Interval,
        t_decimal: Decimal<10, 2>,
        #[kuzu(default = [1, 2])]
        t_list: Vec<i64>,
        t_array: [f32; 3],
        t_struct: Point,
        t_map: BTreeMap<String, i64>,
        t_union: Contact,
        #[kuzu(default_expr = "2 * (3 + -4)")]
        t_sum: i64,
    }

    /// A person.
    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(fts_index(name = "words", stemmer = "none"))]
        name: String,
        #[kuzu(comment = "In years.")]
        age: String,
        city: Option<String>,
        rank: Option<String>,
        #[kuzu(default_expr = "nextval('turn')")]
        turn: i64,
        fax: Option<String>,
        #[kuzu(vector_index(name = "near", metric = "l2"))]
        place: [f32; 2],
    }

    #[derive(KuzuNode)]
    pub(super) struct Shop {
        #[kuzu(primary_key)]
        name: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Shop, multiplicity = "many_one", storage = "fwd")]
    pub(super) struct Visits {
        since: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(pair(from = Person, to = Person), pair(from = Shop, to = Person))]
    pub(super) struct Knows {
        weight: i64,
    }
}

mod v2 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    /// A customer.
    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "Person", dropped("fax"))]
    pub(super) struct Customer {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(renamed_from = "name", fts_index(name = "words", stemmer = "none"))]
        full_name: String,
        #[kuzu(cast = "CAST(old AS INT64)", on_fail = "default", default = -1)]
        age: i64,
        #[kuzu(fill = "'nowhere'")]
        city: String,
        #[kuzu(cast = "CAST(old AS INT32)", on_fail = "null", fill = "0")]
        rank: i32,
        #[kuzu(default_expr = "nextval('turn')")]
        turn: i64,
        #[kuzu(fill_with = super::label(id, city))]
        label: String,
        #[kuzu(vector_index(name = "near", metric = "l2"))]
        place: [f32; 2],
    }

    #[derive(KuzuNode)]
    pub(super) struct Shop {
        #[kuzu(primary_key)]
        name: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Customer, to = Shop, multiplicity = "many_one", storage = "fwd")]
    pub(super) struct Visits {
        since: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Customer, to = Customer, dropped_pair(from = Shop, to = Customer))]
    pub(super) struct Knows {
        #[kuzu(cast = "CAST(old AS STRING)", on_fail = "abort")]
        weight: String,
    }
}

mod v3 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Note {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(default = "?")]
        text: String,
    }
}

/// Every type, indexes, a sequence, two rel tables: more than enough events for packed rows.
pub(super) fn shop1() -> Declaration {
    schema![v1::Everything, v1::Person, v1::Shop, v1::Visits, v1::Knows;
        sequences ("turn", start = 5, increment = 2, min = 1, max = 1000, cycle)]
}

/// Renames, casts, fills, tombstones.
pub(super) fn shop2() -> Declaration {
    schema![v1::Everything, v2::Customer, v2::Shop, v2::Visits, v2::Knows;
        sequences ("turn", start = 5, increment = 2, min = 1, max = 1000, cycle)]
}

/// One table more.
pub(super) fn shop3() -> Declaration {
    schema![v1::Everything, v2::Customer, v2::Shop, v2::Visits, v2::Knows, v3::Note;
        sequences ("turn", start = 5, increment = 2, min = 1, max = 1000, cycle)]
}

/// Tables and a sequence are tombstones.
pub(super) fn shop4() -> Declaration {
    let declared = schema![v2::Customer, v2::Shop, v2::Visits, v2::Knows, v3::Note;
        sequences ("turn", start = 5, increment = 2, min = 1, max = 1000, cycle);
        dropped "Everything"]?;
    Ok(declared.with_dropped_sequence("unused"))
}

mod items1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Item {
        #[kuzu(primary_key)]
        id: i64,
        price: String,
        note: Option<String>,
    }

    #[derive(KuzuNode)]
    pub(super) struct Doc {
        #[kuzu(primary_key)]
        id: i64,
        title: String,
    }
}

mod items2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Item {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast_with = super::cents, on_fail = "default", default = 7)]
        price: i64,
        note: Option<String>,
        #[kuzu(fill_with = super::label(id, note))]
        label: String,
    }

    #[derive(KuzuNode)]
    pub(super) struct Doc {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(fts_index(name = "words"))]
        title: String,
    }
}

/// Before the backfill.
pub(super) fn items1() -> Declaration {
    schema![items1::Item, items1::Doc]
}

/// Two properties whose values Rust functions compute, and an index on a table with rows.
pub(super) fn items2() -> Declaration {
    schema![items2::Item, items2::Doc]
}

mod legacy {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        s: Option<String>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A, multiplicity = "many_one")]
    pub(super) struct R {
        w: Option<i64>,
    }
}

/// Two tables of a database that the application created itself.
pub(super) fn legacy() -> Declaration {
    schema![legacy::A, legacy::R]
}
