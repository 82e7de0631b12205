use kuzu_ddl::KuzuNode;


#[derive(KuzuNode)]
struct A {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(cast_with = cents)]
    price: i64,
}

fn main() {}
