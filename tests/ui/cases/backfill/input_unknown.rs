use kuzu_ddl::KuzuNode;

fn tag(id: i64) -> i64 {
    id
}

#[derive(KuzuNode)]
struct A {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(fill_with = tag(key))]
    tag: i64,
}

fn main() {}
