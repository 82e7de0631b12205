use kuzu_ddl::KuzuType;

#[derive(KuzuType)]
enum Nothing {}

fn main() {}
