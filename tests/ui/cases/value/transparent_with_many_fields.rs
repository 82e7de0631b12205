use kuzu_ddl::KuzuType;

#[derive(KuzuType)]
#[kuzu(transparent)]
struct Place {
    lat: f64,
    lon: f64,
}

fn main() {}
