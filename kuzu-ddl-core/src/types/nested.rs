//! Container types, and pointers, which have the type of their target.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use crate::describe::{KuzuType, TypeDesc};

#[diagnostic::do_not_recommend]
impl<T: KuzuType> KuzuType for Option<T> {
    const TYPE: TypeDesc = T::TYPE;
    const NULLABLE: bool = true;
}

#[diagnostic::do_not_recommend]
impl<T: KuzuType> KuzuType for [T] {
    const TYPE: TypeDesc = TypeDesc::List(&T::TYPE);
}

#[diagnostic::do_not_recommend]
impl<T: KuzuType> KuzuType for Vec<T> {
    const TYPE: TypeDesc = TypeDesc::List(&T::TYPE);
}

#[diagnostic::do_not_recommend]
impl<T: KuzuType, const N: usize> KuzuType for [T; N] {
    const TYPE: TypeDesc = TypeDesc::Array(&T::TYPE, N as u64);
}

#[diagnostic::do_not_recommend]
impl<K: KuzuType, V: KuzuType, S> KuzuType for HashMap<K, V, S> {
    const TYPE: TypeDesc = TypeDesc::Map(&K::TYPE, &V::TYPE);
}

#[diagnostic::do_not_recommend]
impl<K: KuzuType, V: KuzuType> KuzuType for BTreeMap<K, V> {
    const TYPE: TypeDesc = TypeDesc::Map(&K::TYPE, &V::TYPE);
}

macro_rules! pointers {
    ($($pointer:ty)*) => {
        $(#[diagnostic::do_not_recommend]
        impl<T: KuzuType + ?Sized> KuzuType for $pointer {
            const TYPE: TypeDesc = T::TYPE;
            const NULLABLE: bool = T::NULLABLE;
        })*
    };
}

pointers! { &T Box<T> Rc<T> Arc<T> }

#[diagnostic::do_not_recommend]
impl<T: KuzuType + ToOwned + ?Sized> KuzuType for Cow<'_, T> {
    const TYPE: TypeDesc = T::TYPE;
    const NULLABLE: bool = T::NULLABLE;
}
