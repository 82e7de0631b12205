use kuzu_ddl::KuzuNode;

fn years(age: i8) -> String {
    format!("{age} years")
}

#[derive(KuzuNode)]
struct Locked {
    #[kuzu(primary_key)]
    id: i64,
    mail: Option<String>,
    #[kuzu(cast_with = years)]
    age: String,
}

fn main() {}
