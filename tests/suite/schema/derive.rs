//! What the derives generate from structs.

use kuzu_ddl::{KuzuEdge, KuzuNode, KuzuType, schema};
use kuzu_ddl_core::schema::name::NameKey;
use kuzu_ddl_core::schema::{Expr, Multiplicity, Pair, StorageDirection, TableKind, Type};

/// A person who can buy things.
///
/// Or look at them.
#[derive(KuzuNode)]
#[kuzu(renamed_from = "Customer", dropped("fax", "telex"))]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    /// In full.
    name: String,
    #[kuzu(renamed_from = "mail", renamed_from = "e_mail")]
    email: Option<String>,
    #[kuzu(default = -1)]
    score: i8,
    #[kuzu(default_expr = "current_timestamp()", name = "createdAt")]
    created: time::PrimitiveDateTime,
    #[kuzu(type = "DECIMAL(10, 2)")]
    balance: Option<Opaque>,
    r#type: Kind,
    #[kuzu(skip)]
    _cache: Opaque,
}

struct Opaque;

#[derive(KuzuType)]
enum Kind {
    _Private,
    _Company,
}

#[derive(KuzuNode)]
#[kuzu(name = "Goods", rename_all = "camelCase")]
struct Product<'a> {
    #[kuzu(primary_key)]
    stock_keeping_unit: &'a str,
    tags: Vec<std::borrow::Cow<'a, str>>,
}

#[derive(KuzuEdge)]
#[kuzu(from = Person, to = Product<'static>, multiplicity = "MANY_ONE", storage = "fwd")]
#[kuzu(pair(from = Person, to = Person), dropped_pair(from = "Shop", to = Person))]
struct Purchased {
    quantity: i64,
}

#[derive(KuzuEdge)]
#[kuzu(from = Person, to = Person)]
struct Knows;

#[test]
fn node_attributes_are_declared() {
    let declared = schema![Person].unwrap();
    let person = declared.schema.table("person").unwrap();
    assert_eq!(
        person.comment.as_deref(),
        Some("A person who can buy things.\n\nOr look at them.")
    );
    assert_eq!(
        person.kind,
        TableKind::Node {
            primary_key: NameKey::new("id")
        }
    );
    assert_eq!(person.properties.len(), 7);
    assert_eq!(
        person.property("NAME").unwrap().comment.as_deref(),
        Some("In full.")
    );
    assert!(person.property("email").unwrap().nullable);
    assert!(!person.property("name").unwrap().nullable);
    assert_eq!(
        person.property("score").unwrap().default,
        Some(Expr::Int(-1))
    );
    let created = person.property("createdat").unwrap();
    assert_eq!(created.name, "createdAt");
    assert_eq!(
        created.default,
        Some(Expr::Call("current_timestamp".into(), vec![]))
    );
    let balance = person.property("balance").unwrap();
    assert_eq!(
        (&balance.ty, balance.nullable),
        (
            &Type::Decimal {
                precision: 10,
                scale: 2
            },
            true
        )
    );
    assert_eq!(person.property("type").unwrap().ty, Type::String);

    let hints = &declared.tables[&NameKey::new("Person")];
    assert_eq!(hints.renamed_from, ["Customer"]);
    assert_eq!(
        hints.property_renames[&NameKey::new("email")],
        ["mail", "e_mail"]
    );
    assert!(hints.dropped.contains(&NameKey::new("fax")) && hints.dropped.len() == 2);
    assert!(
        hints.origin.ends_with("tests/suite/schema/derive.rs:12"),
        "{}",
        hints.origin
    );
    let order: Vec<_> = hints.column_order.iter().map(NameKey::as_str).collect();
    assert_eq!(
        order,
        [
            "id",
            "name",
            "email",
            "score",
            "createdat",
            "balance",
            "type"
        ]
    );
}

#[test]
fn edge_attributes_are_declared() {
    let declared = schema![Knows, Purchased, Person, Product].unwrap();
    let goods = declared.schema.table("Goods").unwrap();
    assert_eq!(
        goods
            .properties
            .values()
            .map(|p| &*p.name)
            .collect::<Vec<_>>(),
        ["stockKeepingUnit", "tags"]
    );
    let purchased = declared.schema.table("purchased").unwrap();
    let pair = |from: &str, to: &str| Pair {
        from: from.into(),
        to: to.into(),
    };
    assert_eq!(
        purchased.kind,
        TableKind::Edge {
            pairs: [pair("person", "goods"), pair("person", "person")].into(),
            multiplicity: Some(Multiplicity::ManyOne),
            storage: StorageDirection::Forward,
        }
    );
    assert!(
        declared.tables[&NameKey::new("purchased")]
            .dropped_pairs
            .contains(&pair("shop", "person"))
    );
    assert!(
        declared
            .schema
            .table("knows")
            .unwrap()
            .properties
            .is_empty()
    );
}

#[test]
fn properties_may_exchange_names() {
    #[derive(KuzuNode)]
    #[kuzu(dropped("c"))]
    struct Moved {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(renamed_from = "b")]
        a: i64,
        #[kuzu(renamed_from = "a")]
        b: i64,
        #[kuzu(renamed_from = "d")]
        c: i64,
    }
    let declared = schema![Moved].unwrap();
    let hints = &declared.tables[&NameKey::new("moved")];
    assert_eq!(hints.property_renames[&NameKey::new("a")], ["b"]);
    assert!(hints.dropped.contains(&NameKey::new("c")));
}

#[test]
fn index_attributes_are_declared() {
    type Embedding = [f32; 4];

    #[derive(KuzuNode)]
    #[kuzu(fts_index(name = "whole", on("title", "Body"), stemmer = "German"))]
    #[kuzu(rename_all = "PascalCase")]
    struct Document {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(fts_index)]
        title: String,
        #[kuzu(fts_index(ignore_pattern = "[^a-zà-ž]+", stopwords = "default"))]
        body: Option<String>,
        #[kuzu(
            vector_index,
            vector_index(
                name = "far",
                metric = "DOT_PRODUCT",
                mu = 3,
                pu = 0.05,
                efc = 9,
                alpha = 1.5,
                cache_embeddings = false
            )
        )]
        meaning: Option<Embedding>,
    }
    let declared = schema![Document].unwrap();
    let table = declared.schema.table("document").unwrap();
    let of = |name: &str| {
        let index = &table.indexes[&NameKey::new(name)];
        let on: Vec<_> = index.properties.iter().map(NameKey::as_str).collect();
        let options: Vec<_> = index
            .options
            .iter()
            .map(|(o, v)| format!("{o}={v}"))
            .collect();
        format!(
            "{} {:?} {} {}",
            index.name,
            index.kind,
            on.join(","),
            options.join(" ")
        )
    };
    assert_eq!(of("whole"), "whole FullText title,body stemmer=german");
    assert_eq!(of("title_fts"), "Title_fts FullText title ");
    assert_eq!(
        of("body_fts"),
        "Body_fts FullText body ignore_pattern=[^a-zà-ž]+ stopwords=default"
    );
    assert_eq!(of("meaning_vec"), "Meaning_vec Vector meaning ");
    assert_eq!(
        of("far"),
        "far Vector meaning alpha=1.5 cache_embeddings=false efc=9 metric=dotproduct mu=3 pu=0.05"
    );
    assert_eq!(table.indexes.len(), 5);
}
