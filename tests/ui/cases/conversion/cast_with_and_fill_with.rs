use kuzu_ddl::KuzuNode;

fn cents(_: String) -> i64 {
    0
}

fn zero() -> i64 {
    0
}

#[derive(KuzuNode)]
struct A {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(cast_with = cents, fill_with = zero)]
    price: i64,
}

fn main() {}
