use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
#[kuzu(renamed_from = "Locked")]
struct Human {
    #[kuzu(primary_key)]
    id: i64,
    mail: Option<String>,
    age: String,
}

fn main() {}
