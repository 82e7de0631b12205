use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Doc {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(fts_index(stopwords = "Stop"))]
    title: String,
}

fn main() {}
