//! A space that falls apart and comes together again, and a member that comes back from the past.

use kuzu_ddl::schema::Type;

use crate::fixture::peer::{Member, id, meet, same, set_type, spec};

#[test]
fn s17_partition_and_a_restored_copy() {
    let members: Vec<Member> = (0..5).map(|_| Member::new()).collect();
    members[0].change(|d| {
        let person = d.create_node_table("Person", "id", spec(Type::Int64));
        d.add_property(person, "age", spec(Type::Int32));
        d.add_property(person, "name", spec(Type::String));
    });
    let all: Vec<&Member> = members.iter().collect();
    meet(&all);
    for (n, member) in members.iter().enumerate() {
        let person = format!("CREATE (:Person {{id: {n}, age: {n}, name: 'n{n}'}})");
        member.bed.run(&[&person]);
    }
    let old = members[3].copy();
    let (left, right) = all.split_at(3);
    let age = |d: &mut kuzu_ddl::fold::Draft| id(d.fold(), Some("Person"), "age");
    left[0].change(|d| {
        let age = age(d);
        d.set(age, set_type(Type::Int64, None));
    });
    left[2].change(|d| {
        let name = id(d.fold(), Some("Person"), "name");
        d.rename(name, "full");
    });
    right[0].change(|d| {
        let age = age(d);
        d.set(age, set_type(Type::Int128, None));
    });
    right[1].change(|d| {
        d.create_node_table("City", "id", spec(Type::Int64));
        d.rename(id(d.fold(), Some("Person"), "name"), "nick");
    });
    meet(left);
    meet(right);
    right[0].bed.run(&["CREATE (:City {id: 33})"]);
    meet(&all);
    let conflicts = members[0].conflicts();
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    let name = conflicts[0].path.strip_prefix("Person.").unwrap();
    assert!(["full", "nick"].contains(&name), "{conflicts:?}");
    for (n, member) in members.iter().enumerate() {
        let rows = format!("MATCH (p:Person) RETURN p.id, p.age, p.{name}");
        assert_eq!(member.bed.rows(&rows), format!("{n}|{n}|n{n}"));
    }
    assert_eq!(members[3].bed.rows("MATCH (c:City) RETURN c.id"), "33");
    // The file of one is an old copy again, whose application goes on with it.
    old.bed
        .run(&["CREATE (:Person {id: 44, age: 44, name: 'n44'})"]);
    old.change(|d| {
        d.add_property(id(d.fold(), None, "Person"), "email", spec(Type::String));
    });
    let mut now: Vec<&Member> = vec![&members[0], &members[1], &members[2], &old, &members[4]];
    now.rotate_left(3);
    meet(&now);
    same(&[&old, &members[4]]);
    let rows = format!("MATCH (p:Person) RETURN p.id, p.age, p.{name}, p.email ORDER BY p.id");
    assert_eq!(old.bed.rows(&rows), "3|3|n3|NULL; 44|44|n44|NULL");
    assert_eq!(members[0].conflicts(), conflicts);
}
