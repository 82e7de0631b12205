use kuzu_ddl::KuzuNode;

fn tag(tag: i64) -> i64 {
    tag
}

#[derive(KuzuNode)]
struct A {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(fill_with = tag(tag))]
    tag: i64,
}

fn main() {}
