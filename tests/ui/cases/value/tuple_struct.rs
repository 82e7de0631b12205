use kuzu_ddl::KuzuType;

#[derive(KuzuType)]
struct Place(f64, f64);

fn main() {}
