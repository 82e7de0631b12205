//! A struct beside what the lock says of its table. What tokens can tell is an error here; what depends on
//! types becomes constants, one for each question.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::file::{FILE, see};
use super::parse::{Kind, Lock, Locked, Property, same};
use crate::ast::{Field, Table};
use crate::attr::keyword::Place;
use crate::attr::{At, End};
use crate::error::Ctxt;

/// Reports to `cx` what the tokens tell, and gives the constants that ask the types. `desc` is the table's
/// `TableDesc`.
pub(crate) fn compare(cx: &Ctxt, table: &Table<'_>, desc: &TokenStream) -> TokenStream {
    let Some(seen) = see(table.ident).filter(|_| table.attrs.unregistered.is_none()) else {
        return TokenStream::new();
    };
    let watch = seen.watch();
    let lock = match &*seen.outcome {
        Ok(lock) => lock,
        Err(why) => {
            if seen.speaks {
                let message = format!(
                    "{FILE}, {why}\nmend the line, or take the file as it was: `git checkout -- {FILE}`"
                );
                cx.error(table.ident.span(), message);
            }
            return quote!(#watch);
        }
    };
    // What a mistake hides is not missing.
    let locked = find(lock, table).filter(|_| cx.is_clean());
    let checks = locked.map(|locked| {
        let comparison = Comparison {
            cx,
            table,
            locked,
            desc,
        };
        comparison.checks()
    });
    let checks = checks.into_iter().flatten();
    quote!(#watch #(#checks)*)
}

/// The table as the lock knows it: by an earlier name, unless it says already that the table came from there.
fn find<'a>(lock: &'a Lock, table: &Table<'_>) -> Option<&'a Locked> {
    let name = &table.name.value;
    let get = |name: &str| lock.tables.get(&name.to_ascii_lowercase());
    let own = get(name);
    let came = |old: &str| own.is_some_and(|own| own.was.iter().any(|was| same(was, old)));
    let mut olds = table.attrs.renamed_from.iter();
    let old =
        olds.find(|old| !same(&old.value, name) && get(&old.value).is_some() && !came(&old.value));
    old.and_then(|old| get(&old.value)).or(own)
}

struct Comparison<'a> {
    cx: &'a Ctxt,
    table: &'a Table<'a>,
    locked: &'a Locked,
    desc: &'a TokenStream,
}

impl<'a> Comparison<'a> {
    fn checks(&self) -> Vec<TokenStream> {
        let former = self.former();
        let fields = || self.table.fields.iter().enumerate().zip(&former);
        let gone: Vec<&Property> = self.gone(&former).collect();
        let mut checks: Vec<TokenStream> = fields()
            .filter_map(|((at, field), former)| match former {
                Some(was) => Some(self.kept(at, field, was)),
                None => self.added(at, field, &gone),
            })
            .collect();
        let new = fields().filter(|(_, was)| was.is_none());
        let new: Vec<usize> = new.map(|((at, _), _)| at).collect();
        checks.extend(gone.iter().map(|property| self.vanished(property, &new)));
        match (&self.locked.kind, self.table.place) {
            (Kind::Node { key }, Place::Node) => self.key(key, &former),
            (Kind::Edge { multiplicity }, Place::Edge) => {
                self.multiplicity(multiplicity);
                checks.extend(self.pairs());
            }
            (kind, _) => self.kind(kind),
        }
        checks
    }

    /// What each field was: first those that were renamed, then those that stayed.
    fn former(&self) -> Vec<Option<&'a Property>> {
        let get = |name: &str| self.locked.properties.iter().find(|p| same(&p.name, name));
        let mut claimed: Vec<&Property> = Vec::new();
        let mut claim = |was: &'a Property| {
            let free = !claimed.iter().any(|other| std::ptr::eq(*other, was));
            claimed.push(was);
            free.then_some(was)
        };
        let moved = |field: &Field<'_>| {
            let name = &field.name.value;
            let own = get(name).map_or(&[][..], |own| &own.was);
            let came = |old: &str| own.iter().any(|was| same(was, old));
            let olds = field.attrs.renamed_from.iter().map(|old| &old.value);
            let mut pending = olds.filter(|old| !same(old, name) && !came(old));
            pending.find_map(|old| get(old))
        };
        let fields = &self.table.fields;
        let mut former: Vec<_> = fields
            .iter()
            .map(|field| moved(field).and_then(&mut claim))
            .collect();
        for (field, slot) in fields.iter().zip(&mut former) {
            if slot.is_none() {
                *slot = get(&field.name.value).and_then(&mut claim);
            }
        }
        former
    }

    /// What is in the lock, and neither in the struct nor buried by it.
    fn gone(&self, former: &[Option<&Property>]) -> impl Iterator<Item = &'a Property> {
        self.locked.properties.iter().filter(|property| {
            let claimed = former
                .iter()
                .flatten()
                .any(|was| std::ptr::eq(*was, *property));
            let mut dropped = self.table.attrs.dropped.iter();
            !claimed && !dropped.any(|name| same(&name.value, &property.name))
        })
    }

    fn kept(&self, at: usize, field: &Field<'_>, was: &Property) -> TokenStream {
        let (desc, at) = (self.desc, Literal::usize_unsuffixed(at));
        let (ty, nullable) = (was.ty.expand(), was.nullable);
        quote_spanned! {field.ty.span()=>
            const _: () = __kuzu::locked::kept(#desc, #at, &#ty, #nullable);
        }
    }

    /// Where a property of the same type is gone, the field may be that one, and is asked about there.
    fn added(&self, at: usize, field: &Field<'_>, gone: &[&Property]) -> Option<TokenStream> {
        let attrs = &field.attrs;
        let said = attrs.default.is_some() || attrs.fill.is_some() || attrs.fill_with.is_some();
        let (desc, at) = (self.desc, Literal::usize_unsuffixed(at));
        let gone = gone.iter().map(|property| property.ty.expand());
        (!said || field.attrs.primary_key.is_some()).then(|| {
            quote_spanned! {field.name.span=>
                const _: () = __kuzu::locked::added(#desc, #at, &[#(#gone),*]);
            }
        })
    }

    fn vanished(&self, gone: &Property, new: &[usize]) -> TokenStream {
        let (desc, name, ty) = (self.desc, &gone.name, gone.ty.expand());
        let new = new.iter().map(|at| Literal::usize_unsuffixed(*at));
        quote_spanned! {self.table.ident.span()=>
            const _: () = __kuzu::locked::vanished(#desc, #name, &#ty, &[#(#new),*]);
        }
    }

    fn key(&self, was: &str, former: &[Option<&Property>]) {
        let fields = self.table.fields.iter().zip(former);
        let Some((field, former)) = fields
            .into_iter()
            .find(|(f, _)| f.attrs.primary_key.is_some())
        else {
            return;
        };
        let said = |said: &At<String>| same(&said.value, was);
        if former.is_some_and(|former| same(&former.name, was))
            || self.table.attrs.key_was.iter().any(said)
        {
            return;
        }
        let is = &field.name.value;
        self.cx.error(
            field.attrs.primary_key.unwrap_or(field.name.span),
            format!(
                "the primary key was `{was}` and is `{is}` now: the table and its rels are built anew, row by row, \
                 and where two rows have one `{is}`, or one has none, the start fails and changes nothing; \
                 if that is meant, say so on the struct:\n    #[kuzu(key_was = {was:?})]"
            ),
        );
    }

    fn multiplicity(&self, was: &str) {
        let said = self.table.attrs.multiplicity;
        let is = said.map_or("many_many", |at| at.value.0);
        let expected = self
            .table
            .attrs
            .multiplicity_was
            .iter()
            .any(|at| at.value == was);
        if is == was || expected {
            return;
        }
        let (many_from, many_to) = (is.ends_with("_many"), is.starts_with("many_"));
        let tighter =
            (was.ends_with("_many") && !many_from) || (was.starts_with("many_") && !many_to);
        let may_fail = if tighter {
            ", and where a node has more of them than that, the start fails and changes nothing"
        } else {
            ""
        };
        self.cx.error(
            said.map_or(self.table.ident.span(), |at| at.span),
            format!(
                "the multiplicity was {was:?} and is {is:?} now: the table is built anew, rel by rel{may_fail}; \
                 if that is meant, say so on the struct:\n    #[kuzu(multiplicity_was = {was:?})]"
            ),
        );
    }

    /// Pairs that are gone. How the ends are called, and were called, only their structs know.
    fn pairs(&self) -> Option<TokenStream> {
        let said = &self.table.attrs.pairs;
        let ends = said
            .iter()
            .flat_map(|pair| [&pair.from, &pair.to])
            .filter_map(|end| match end {
                End::Type(ty) => Some(quote!(<#ty as __kuzu::KuzuTable>::DESC)),
                End::Name(_) => None,
            });
        let was = self.locked.pairs.iter();
        let was = was.map(|(from, to)| quote!(__kuzu::PairDesc { from: #from, to: #to }));
        let desc = self.desc;
        (was.len() > 0).then(|| {
            quote_spanned! {self.table.ident.span()=>
                const _: () = __kuzu::locked::pairs(#desc, &[#(#ends),*], &[#(#was),*]);
            }
        })
    }

    fn kind(&self, was: &Kind) {
        let (was, is) = match was {
            Kind::Node { .. } => ("node", "rel"),
            Kind::Edge { .. } => ("rel", "node"),
        };
        let name = &self.table.name.value;
        self.cx.error(
            self.table.ident.span(),
            format!(
                "`{name}` was a {was} table and is a {is} table now, which Kùzu cannot make of it: give this struct another \
                 name, and say what becomes of the old table: `kuzu_ddl::dropped_table!({name:?});`"
            ),
        );
    }
}
