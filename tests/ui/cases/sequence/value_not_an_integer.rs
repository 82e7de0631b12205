kuzu_ddl::sequence!("order_no", start = "one");

fn main() {}
