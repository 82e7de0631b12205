kuzu_ddl::sequence!("shop.order_no");

fn main() {}
