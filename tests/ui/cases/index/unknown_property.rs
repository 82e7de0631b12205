use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
#[kuzu(fts_index(name = "whole", on("titel")))]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    title: String,
}

fn main() {}
