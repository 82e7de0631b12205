use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(name = "count")]
    count: std::num::NonZero<usize>,
}

fn main() {}
