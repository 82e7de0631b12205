//! Checks against the lock file, in constants: only the traits know what a field's type is in Kùzu,
//! so the derive says what was, and here it is compared with what is.
//!
//! Each check stands at a field of its own, and says all of the answer that is to be pasted.

mod widen;

use super::desc::{PropertyDesc, TableDesc, TypeDesc};
use super::message::Message;
use super::words::{fill, literal, with_type};
use widen::widens;

/// Refuses a property that was there as `was` and lost, without a word, room for values.
#[track_caller]
pub const fn kept(table: &TableDesc, at: usize, was: &TypeDesc, was_nullable: bool) {
    let property = &table.properties[at];
    if matches!(property.ty, TypeDesc::Broken) {
        return;
    }
    if property.cast.is_none() && !widens(was, &property.ty) {
        change_of_type(property, was);
    }
    if was_nullable && !property.nullable && property.fill.is_none() {
        Message::new("`")
            .add(property.name)
            .add("` could be NULL, and now it cannot; say what rows without a value get:\n    #[kuzu(fill = \"")
            .add(fill(&property.ty))
            .add("\")]\nor make the field an `Option` again")
            .panic();
    }
}

#[track_caller]
const fn change_of_type(property: &PropertyDesc, was: &TypeDesc) -> ! {
    let message = Message::new("`").add(property.name).add("` was ");
    let message = with_type(message, was).add(" and is ");
    let message = with_type(message, &property.ty);
    if matches!(property.ty, TypeDesc::Serial) {
        message
            .add(" now, and Kùzu can make no property SERIAL that is there: keep the type")
            .panic();
    }
    let message = message.add(
        " now, which cannot hold every value; say how a new value is made of the `old` one:\n    \
         #[kuzu(cast = \"CAST(old AS ",
    );
    with_type(message, &property.ty).add(")\")]").panic();
}

/// Refuses a new property of a table that is there, if its rows would have no value for it.
#[track_caller]
pub const fn added(table: &TableDesc, at: usize) {
    let property = &table.properties[at];
    let message = Message::new("`").add(property.name);
    match property.ty {
        TypeDesc::Broken => return,
        TypeDesc::Serial => message
            .add(
                "` is new, and Kùzu can add no SERIAL to a table that is there: use an `i64`, \
                 with `default_expr = \"nextval('…')\"` if it is to count",
            )
            .panic(),
        _ => {}
    }
    if property.nullable || property.default.is_some() || property.fill.is_some() {
        return;
    }
    let message = message
        .add("` is new and required, and the rows that are there have no value for it; say what they get:\n    #[kuzu(fill = \"")
        .add(fill(&property.ty));
    let message = match literal(&property.ty) {
        Some(literal) => message
            .add("\")]\nor what any row without a value gets:\n    #[kuzu(default = ")
            .add(literal)
            .add(")]\nor make it an `Option`"),
        None => message.add("\")]\nor make it an `Option`"),
    };
    message.panic();
}
