use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
#[kuzu(rename_all = "camelcase")]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
}

fn main() {}
