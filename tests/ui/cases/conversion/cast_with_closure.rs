use kuzu_ddl::KuzuNode;


#[derive(KuzuNode)]
struct A {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(cast_with = |price: String| 0)]
    price: i64,
}

fn main() {}
