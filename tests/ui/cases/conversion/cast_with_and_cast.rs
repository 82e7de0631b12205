use kuzu_ddl::KuzuNode;

fn cents(_: String) -> i64 {
    0
}

#[derive(KuzuNode)]
struct A {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(cast = "CAST(old AS INT64)", cast_with = cents)]
    price: i64,
}

fn main() {}
