use kuzu_ddl::KuzuNode;

struct Price;

fn cents(_: Price) -> i64 {
    0
}

#[derive(KuzuNode)]
struct A {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(cast_with = cents)]
    price: i64,
}

fn main() {}
