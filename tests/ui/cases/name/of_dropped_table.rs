kuzu_ddl::dropped_table!("crm.person");

fn main() {}
