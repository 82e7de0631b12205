//! Databases of one space that change apart and hear of one another.

mod conflict;
mod space;
