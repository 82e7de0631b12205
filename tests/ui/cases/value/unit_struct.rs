use kuzu_ddl::KuzuType;

#[derive(KuzuType)]
struct Place;

fn main() {}
