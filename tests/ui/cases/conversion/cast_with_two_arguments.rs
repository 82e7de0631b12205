use kuzu_ddl::KuzuNode;

fn cents(whole: i64, part: i64) -> i64 {
    100 * whole + part
}

#[derive(KuzuNode)]
struct A {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(cast_with = cents)]
    price: i64,
}

fn main() {}
