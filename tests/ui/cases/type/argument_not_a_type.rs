use kuzu_ddl::KuzuType;

#[derive(KuzuType)]
struct Holder<T>(T);

struct Secret;

const _: kuzu_ddl::__private::TypeDesc = <Holder<Secret> as KuzuType>::TYPE;

fn main() {}
