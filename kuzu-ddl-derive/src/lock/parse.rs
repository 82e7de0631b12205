//! The text of a lock file, as far as the derives need it.
//!
//! It accepts what kuzu-ddl-core's `lock` accepts; `tests::core_parity` compares the two.

use std::collections::HashMap;
use std::iter::Peekable;
use std::str::Chars;

use crate::syntax::name::{fold, is_same_name};
use crate::syntax::types::Type;

/// The newest supported format.
const FORMAT: u32 = 1;

/// The content of a lock file.
#[derive(Debug, Default)]
pub(crate) struct Lock {
    /// By [folded](fold) name.
    pub(super) tables: HashMap<String, LockedTable>,
}

/// A table of the lock file.
#[derive(Debug)]
pub(super) struct LockedTable {
    pub(super) kind: LockedKind,
    pub(super) former_names: Vec<String>,
    pub(super) properties: Vec<LockedProperty>,
    /// The names of the endpoints.
    pub(super) pairs: Vec<(String, String)>,
}

/// The parts that only node tables or only rel tables have.
#[derive(Debug)]
pub(super) enum LockedKind {
    Node { key: String },
    Edge { multiplicity: String },
}

/// A property of the lock file.
#[derive(Debug)]
pub(crate) struct LockedProperty {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) nullable: bool,
    pub(super) former_names: Vec<String>,
}

impl Lock {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.lines().enumerate();
        let at = |line: usize, reason: String| format!("line {}: {reason}", line + 1);
        let head = lines.next().map_or("", |(_, line)| line.trim_end());
        check_header(head).map_err(|reason| at(0, reason))?;
        let mut lock = Self::default();
        let mut table: Option<(String, LockedTable)> = None;
        let mut last_line = 0;
        for (n, line) in lines {
            lock.parse_line(line.trim_end(), &mut table)
                .map_err(|reason| at(n, reason))?;
            last_line = n;
        }
        lock.finish_table(table)
            .map_err(|reason| at(last_line, reason))?;
        Ok(lock)
    }

    fn parse_line(
        &mut self,
        line: &str,
        table: &mut Option<(String, LockedTable)>,
    ) -> Result<(), String> {
        if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"]
            .iter()
            .any(|marker| line.starts_with(marker))
        {
            return Err(CONFLICT.into());
        }
        if line.trim().is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let fields = split_fields(line)?;
        if line.starts_with([' ', '\t']) {
            let (_, table) = table
                .as_mut()
                .ok_or("the line does not belong to a table")?;
            return table.parse_line(&fields);
        }
        self.finish_table(table.take())?;
        match fields.split_first() {
            Some((&"node", rest)) => *table = Some(parse_table(rest, true)?),
            Some((&"edge", rest)) => *table = Some(parse_table(rest, false)?),
            Some((&"sequence", _)) => {}
            _ => {
                return Err(format!(
                    "expected `node`, `edge` or `sequence`, found {line:?}"
                ));
            }
        }
        Ok(())
    }

    fn finish_table(&mut self, table: Option<(String, LockedTable)>) -> Result<(), String> {
        let Some((name, table)) = table else {
            return Ok(());
        };
        if let LockedKind::Node { key } = &table.kind
            && !table.properties.iter().any(|p| is_same_name(&p.name, key))
        {
            return Err(format!(
                "the primary key of `{name}` is not one of its properties"
            ));
        }
        if self.tables.insert(fold(&name), table).is_some() {
            return Err(
                "duplicate table: the table that ends here has the name of an earlier one".into(),
            );
        }
        Ok(())
    }
}

impl LockedTable {
    fn parse_line(&mut self, fields: &[&str]) -> Result<(), String> {
        let (first, rest) = fields.split_first().ok_or("the line is empty")?;
        if first.starts_with('@') {
            return Ok(());
        }
        if let Some(pair) = first.strip_prefix('(') {
            let pair = pair
                .strip_suffix(')')
                .and_then(|pair| pair.split_once(")->("));
            let (from, to) = pair.ok_or_else(|| format!("expected `(A)->(B)`, found {first:?}"))?;
            self.pairs.push((unquote(from)?, unquote(to)?));
            return parse_identity(rest).map(|_| ());
        }
        let name = unquote(first)?;
        let (ty, rest) = rest.split_first().ok_or("missing type")?;
        let ty = Type::parse(ty)?;
        let nullable = rest.first() == Some(&"NULL");
        let rest = if nullable { &rest[1..] } else { rest };
        let rest = match rest {
            ["DEFAULT", _, rest @ ..] => rest,
            rest => rest,
        };
        let former_names = parse_identity(rest)?;
        if self.properties.iter().any(|p| is_same_name(&p.name, &name)) {
            return Err(
                "duplicate property: two branches changed it\nhelp: keep one of the lines".into(),
            );
        }
        self.properties.push(LockedProperty {
            name,
            ty,
            nullable,
            former_names,
        });
        Ok(())
    }
}

const CONFLICT: &str = "unresolved merge conflict\n\
                        help: keep the lines of both sides, and remove the conflict markers";

fn check_header(line: &str) -> Result<(), String> {
    if line.starts_with("<<<<<<<") {
        return Err(CONFLICT.into());
    }
    let format = line.strip_prefix("# kuzu-ddl schema lock, format ");
    match format.and_then(|format| format.parse::<u32>().ok()) {
        Some(format) if format > FORMAT => Err(format!(
            "unsupported format {format}: this version of kuzu-ddl reads format {FORMAT}\n\
             help: use a newer version"
        )),
        Some(1..) => Ok(()),
        _ => Err(format!(
            "expected `# kuzu-ddl schema lock, format {FORMAT}`"
        )),
    }
}

/// Splits a line at whitespace outside quotes and parentheses.
fn split_fields(line: &str) -> Result<Vec<&str>, String> {
    let mut fields = Vec::new();
    let (mut start, mut depth, mut quoted, mut escaped) = (None, 0_usize, false, false);
    for (at, c) in line.char_indices() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if c.is_whitespace() && depth == 0 {
            fields.extend(start.take().map(|start| &line[start..at]));
            continue;
        } else {
            match c {
                '"' => quoted = true,
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        start.get_or_insert(at);
    }
    if quoted {
        return Err("unterminated quote".into());
    }
    fields.extend(start.map(|start| &line[start..]));
    Ok(fields)
}

fn parse_table(fields: &[&str], is_node: bool) -> Result<(String, LockedTable), String> {
    let (name, rest) = fields.split_first().ok_or("missing name")?;
    let (first, mut rest) = rest.split_first().ok_or("unexpected end of the line")?;
    let kind = if is_node {
        let key = first.strip_prefix("key=");
        LockedKind::Node {
            key: unquote(key.ok_or("expected `key=…` after the name of a node")?)?,
        }
    } else {
        let multiplicities = ["MANY_MANY", "MANY_ONE", "ONE_MANY", "ONE_ONE"];
        if !multiplicities.contains(first) {
            return Err(format!(
                "expected MANY_MANY, MANY_ONE, ONE_MANY or ONE_ONE, found `{first}`"
            ));
        }
        if rest.first() == Some(&"fwd") {
            rest = &rest[1..];
        }
        LockedKind::Edge {
            multiplicity: first.to_ascii_lowercase(),
        }
    };
    if rest
        .first()
        .is_some_and(|field| field.starts_with("crate="))
    {
        rest = &rest[1..];
    }
    let locked = LockedTable {
        kind,
        former_names: parse_identity(rest)?,
        properties: Vec::new(),
        pairs: Vec::new(),
    };
    Ok((unquote(name)?, locked))
}

/// Parses `was=a,b` and the id at the end of a line, and returns the former names.
fn parse_identity(fields: &[&str]) -> Result<Vec<String>, String> {
    let (was, id) = match fields {
        [was, id] => match was.strip_prefix("was=") {
            Some(names) => (parse_names(names)?, id),
            None => return Err(format!("unexpected {was:?}")),
        },
        [id] => (Vec::new(), id),
        [] => return Err("missing id at the end of the line".into()),
        [_, extra @ ..] => return Err(format!("unexpected {:?}", extra.join(" "))),
    };
    let digits = id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if digits && (8..=64).contains(&id.len()) {
        return Ok(was);
    }
    Err(format!(
        "expected an id of hexadecimal digits, found {id:?}"
    ))
}

/// Splits names at commas outside quotes.
fn parse_names(text: &str) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if c == '"' {
            quoted = true;
        } else if c == ',' {
            all.push(unquote(&text[start..at])?);
            start = at + 1;
        }
    }
    all.push(unquote(&text[start..])?);
    Ok(all)
}

/// Returns a name without its quotes, which follow the rules of JSON.
fn unquote(field: &str) -> Result<String, String> {
    if field.is_empty() {
        return Err("missing name".into());
    }
    if !field.starts_with('"') {
        return Ok(field.to_owned());
    }
    let invalid = || format!("invalid quoted name {field:?}");
    let inside = field[1..].strip_suffix('"').ok_or_else(invalid)?;
    let mut text = String::new();
    let mut chars = inside.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => return Err(invalid()),
            '\\' => text.push(parse_escape(&mut chars).ok_or_else(invalid)?),
            c if c < ' ' => return Err(invalid()),
            c => text.push(c),
        }
    }
    Ok(text)
}

fn parse_escape(chars: &mut Peekable<Chars<'_>>) -> Option<char> {
    Some(match chars.next()? {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'u' => {
            // kuzu-ddl-core writes only control characters like this, never a pair of surrogates.
            let digits: String = chars.by_ref().take(4).collect();
            let is_complete = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_hexdigit());
            char::from_u32(
                u32::from_str_radix(&digits, 16)
                    .ok()
                    .filter(|_| is_complete)?,
            )?
        }
        c @ ('"' | '\\' | '/') => c,
        _ => return None,
    })
}
