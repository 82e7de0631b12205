use kuzu_ddl::KuzuType;

#[derive(KuzuType)]
enum Contact {
    Mail(String),
    #[kuzu(name = "Mail")]
    Post(i64),
}

fn main() {}
