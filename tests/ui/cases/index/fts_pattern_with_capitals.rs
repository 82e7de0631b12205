use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(fts_index(ignore_pattern = "\\W+"))]
    title: String,
}

fn main() {}
