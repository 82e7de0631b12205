//! `cast_with` and `fill_with`: values that Rust functions make.

mod fail;
mod key;
mod kill;
mod node;
mod rel;
mod resume;
mod types;

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        price: String,
        full_name: Option<String>,
        city: Option<String>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = A, to = A)]
    pub(super) struct R {
        w: String,
    }
}

/// `12.50` as 1250.
fn cents(price: &str) -> Result<i64, String> {
    let (whole, part) = price.split_once('.').ok_or("it has no point")?;
    format!("{whole}{part:0<2}")
        .parse()
        .map_err(|_| "it is no number".to_owned())
}

fn first(full_name: Option<&str>) -> &str {
    full_name
        .and_then(|name| name.split(' ').next())
        .unwrap_or("?")
}
