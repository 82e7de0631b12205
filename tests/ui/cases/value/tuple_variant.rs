use kuzu_ddl::KuzuType;

#[derive(KuzuType)]
enum Contact {
    Mail(String),
    Phone(i16, i64),
}

fn main() {}
