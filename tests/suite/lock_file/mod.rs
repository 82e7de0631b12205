//! Lock files, upgrades from old lock files, and `check`, on the Kùzu engine.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod file;
mod upgrade;

use kuzu_ddl::{KuzuEdge, KuzuNode, KuzuType, schema};

mod v1 {
    //! All types that have test values.

    use super::*;

    #[derive(KuzuType)]
    pub(super) struct Place {
        street: String,
        floor: Option<i8>,
    }

    #[derive(KuzuType)]
    pub(super) enum Contact {
        _Mail(String),
        _Phone(i64),
    }

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        name: String,
        mail: Option<String>,
        score: i32,
        ratio: f64,
        active: bool,
        balance: kuzu_ddl::types::Decimal<10, 2>,
        tiny: kuzu_ddl::types::Decimal<2, 2>,
        born: Option<time::Date>,
        seen: time::OffsetDateTime,
        took: time::Duration,
        token: uuid::Uuid,
        photo: kuzu_ddl::types::Blob,
        tags: Vec<String>,
        vector: [f32; 3],
        places: Vec<Place>,
        contact: Contact,
        counts: std::collections::BTreeMap<String, i64>,
        extra: Option<serde_json::Value>,
        #[kuzu(default = 7)]
        level: u8,
        fax: Option<String>,
    }

    #[derive(KuzuNode)]
    #[kuzu(unregistered, name = "order; 'line'")]
    pub(super) struct Line {
        #[kuzu(primary_key)]
        number: kuzu_ddl::types::Serial,
        #[kuzu(name = "what \"it\" is")]
        what: String,
    }

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct Shop {
        #[kuzu(primary_key)]
        name: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Line, from = Person, to = Shop, multiplicity = "many_one", unregistered)]
    pub(super) struct Bought {
        price: f32,
    }
}

mod v2 {
    //! A later version.

    use super::*;

    #[derive(KuzuNode)]
    #[kuzu(unregistered, renamed_from = "Person", dropped("fax"))]
    pub(super) struct Human {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(renamed_from = "mail")]
        email: Option<String>,
        name: String,
        score: i64,
        #[kuzu(cast = "CAST(old AS STRING)")]
        ratio: String,
        #[kuzu(fill = "CAST('2000-01-01' AS DATE)")]
        born: time::Date,
        #[kuzu(fill = "0")]
        age: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Human, to = super::v1::Shop, multiplicity = "many_one", unregistered)]
    #[kuzu(dropped_pair(from = Human, to = super::v1::Line))]
    pub(super) struct Bought {
        price: f64,
    }
}

fn v1() -> kuzu_ddl::Declared {
    schema![v1::Person, v1::Line, v1::Shop, v1::Bought].unwrap()
}
