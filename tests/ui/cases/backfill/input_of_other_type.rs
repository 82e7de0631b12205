use kuzu_ddl::KuzuNode;

fn tag(id: i32) -> i32 {
    id
}

#[derive(KuzuNode)]
struct A {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(fill_with = tag(id))]
    tag: i32,
}

fn main() {}
