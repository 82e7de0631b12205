use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
#[kuzu(rename_all = "camelCase")]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    first_name: String,
    firstname: String,
}

fn main() {}
