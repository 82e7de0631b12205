use kuzu_ddl::KuzuType;

#[derive(KuzuType)]
struct Line {
    #[kuzu(name = "how many")]
    count: i64,
    id: i64,
}

fn main() {}
