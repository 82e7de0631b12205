kuzu_ddl::sequence!("order_no", increment = 0);

fn main() {}
