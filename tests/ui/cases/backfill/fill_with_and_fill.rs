use kuzu_ddl::KuzuNode;

fn zero() -> i64 {
    0
}

#[derive(KuzuNode)]
struct A {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(fill = "0", fill_with = zero)]
    price: i64,
}

fn main() {}
