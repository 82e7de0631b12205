//! The text of a lock file, as far as the derives need it. It reads what the runtime's `lock` reads; the
//! tests in `agreement` hold the two together.

use std::collections::HashMap;
use std::iter::Peekable;
use std::str::Chars;

use crate::syntax::types::Type;

/// The newest format that is read.
const FORMAT: u32 = 1;

/// What a lock file says.
#[derive(Debug, Default)]
pub(crate) struct Lock {
    /// By name in small letters.
    pub(super) tables: HashMap<String, Locked>,
}

/// A table of it.
#[derive(Debug)]
pub(super) struct Locked {
    pub(super) kind: Kind,
    /// Earlier names.
    pub(super) was: Vec<String>,
    pub(super) properties: Vec<Property>,
    /// The names of the ends.
    pub(super) pairs: Vec<(String, String)>,
}

/// What only node tables or only rel tables have.
#[derive(Debug)]
pub(super) enum Kind {
    Node { key: String },
    Edge { multiplicity: String },
}

/// A property of it.
#[derive(Debug)]
pub(super) struct Property {
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) nullable: bool,
    /// Earlier names.
    pub(super) was: Vec<String>,
}

impl Lock {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.lines().enumerate();
        let at = |line: usize, why: String| format!("line {}: {why}", line + 1);
        let head = lines.next().map_or("", |(_, line)| line.trim_end());
        header(head).map_err(|why| at(0, why))?;
        let mut lock = Self::default();
        let mut table: Option<(String, Locked)> = None;
        let mut last = 0;
        for (n, line) in lines {
            lock.line(line.trim_end(), &mut table)
                .map_err(|why| at(n, why))?;
            last = n;
        }
        lock.close(table).map_err(|why| at(last, why))?;
        Ok(lock)
    }

    fn line(&mut self, line: &str, table: &mut Option<(String, Locked)>) -> Result<(), String> {
        if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"]
            .iter()
            .any(|mark| line.starts_with(mark))
        {
            return Err(CONFLICT.into());
        }
        if line.trim().is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let words = words(line)?;
        if line.starts_with([' ', '\t']) {
            let (_, table) = table.as_mut().ok_or("this line belongs to no table")?;
            return table.line(&words);
        }
        self.close(table.take())?;
        match words.split_first() {
            Some((&"node", rest)) => *table = Some(read_table(rest, true)?),
            Some((&"edge", rest)) => *table = Some(read_table(rest, false)?),
            Some((&"sequence", _)) => {}
            _ => {
                return Err(format!(
                    "expected `node`, `edge` or `sequence`, not {line:?}"
                ));
            }
        }
        Ok(())
    }

    fn close(&mut self, table: Option<(String, Locked)>) -> Result<(), String> {
        let Some((name, table)) = table else {
            return Ok(());
        };
        if let Kind::Node { key } = &table.kind
            && !table.properties.iter().any(|p| same(&p.name, key))
        {
            return Err(format!("the key of `{name}` is not among its properties"));
        }
        if self
            .tables
            .insert(name.to_ascii_lowercase(), table)
            .is_some()
        {
            return Err("the table that ends here is there already".into());
        }
        Ok(())
    }
}

impl Locked {
    fn line(&mut self, words: &[&str]) -> Result<(), String> {
        let (first, rest) = words.split_first().ok_or("the line is empty")?;
        if first.starts_with('@') {
            return Ok(());
        }
        if let Some(pair) = first.strip_prefix('(') {
            let pair = pair
                .strip_suffix(')')
                .and_then(|pair| pair.split_once(")->("));
            let (from, to) = pair.ok_or_else(|| format!("expected `(A)->(B)`, not {first:?}"))?;
            self.pairs.push((bare(from)?, bare(to)?));
            return identity(rest).map(|_| ());
        }
        let name = bare(first)?;
        let (ty, rest) = rest.split_first().ok_or("the type is missing")?;
        let ty = Type::parse(ty)?;
        let nullable = rest.first() == Some(&"NULL");
        let rest = if nullable { &rest[1..] } else { rest };
        let rest = match rest {
            ["DEFAULT", _, rest @ ..] => rest,
            rest => rest,
        };
        let was = identity(rest)?;
        if self.properties.iter().any(|p| same(&p.name, &name)) {
            return Err(
                "this property is there already; two branches said different things of it: keep one line".into(),
            );
        }
        self.properties.push(Property {
            name,
            ty,
            nullable,
            was,
        });
        Ok(())
    }
}

/// Names as the engine compares them.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

const CONFLICT: &str =
    "a merge stopped here; keep the lines of both sides, and take its marks away";

fn header(line: &str) -> Result<(), String> {
    if line.starts_with("<<<<<<<") {
        return Err(CONFLICT.into());
    }
    let format = line.strip_prefix("# kuzu-ddl schema lock, format ");
    match format.and_then(|format| format.parse::<u32>().ok()) {
        Some(format) if format > FORMAT => Err(format!(
            "it has format {format}, and this version of kuzu-ddl reads {FORMAT}; use a newer one"
        )),
        Some(1..) => Ok(()),
        _ => Err(format!(
            "expected `# kuzu-ddl schema lock, format {FORMAT}`"
        )),
    }
}

/// Cuts at spaces outside quotes and brackets.
fn words(line: &str) -> Result<Vec<&str>, String> {
    let mut words = Vec::new();
    let (mut start, mut depth, mut quoted, mut escaped) = (None, 0_usize, false, false);
    for (at, c) in line.char_indices() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if c.is_whitespace() && depth == 0 {
            words.extend(start.take().map(|start| &line[start..at]));
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
        return Err("a quote is left open".into());
    }
    words.extend(start.map(|start| &line[start..]));
    Ok(words)
}

fn read_table(words: &[&str], is_node: bool) -> Result<(String, Locked), String> {
    let (name, rest) = words.split_first().ok_or("the name is missing")?;
    let (first, mut rest) = rest.split_first().ok_or("the line ends too early")?;
    let kind = if is_node {
        let key = first.strip_prefix("key=");
        Kind::Node {
            key: bare(key.ok_or("expected `key=…` after the name of a node")?)?,
        }
    } else {
        let words = ["MANY_MANY", "MANY_ONE", "ONE_MANY", "ONE_ONE"];
        if !words.contains(first) {
            return Err(format!(
                "`{first}` is not MANY_MANY, MANY_ONE, ONE_MANY or ONE_ONE"
            ));
        }
        if rest.first() == Some(&"fwd") {
            rest = &rest[1..];
        }
        Kind::Edge {
            multiplicity: first.to_ascii_lowercase(),
        }
    };
    if rest.first().is_some_and(|word| word.starts_with("crate=")) {
        rest = &rest[1..];
    }
    let locked = Locked {
        kind,
        was: identity(rest)?,
        properties: Vec::new(),
        pairs: Vec::new(),
    };
    Ok((bare(name)?, locked))
}

/// The earlier names out of `was=a,b` and the id, at the end of a line.
fn identity(words: &[&str]) -> Result<Vec<String>, String> {
    let (was, id) = match words {
        [was, id] => match was.strip_prefix("was=") {
            Some(names) => (list(names)?, id),
            None => return Err(format!("{was:?} has no meaning here")),
        },
        [id] => (Vec::new(), id),
        [] => return Err("the id at the end is missing".into()),
        [_, extra @ ..] => return Err(format!("{:?} has no meaning here", extra.join(" "))),
    };
    let digits = id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if digits && (8..=64).contains(&id.len()) {
        return Ok(was);
    }
    Err(format!("expected an id of hexadecimal digits, not {id:?}"))
}

/// Names between commas; a comma in quotes is none.
fn list(text: &str) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if c == '"' {
            quoted = true;
        } else if c == ',' {
            all.push(bare(&text[start..at])?);
            start = at + 1;
        }
    }
    all.push(bare(&text[start..])?);
    Ok(all)
}

/// A name without its quotes, which are JSON's.
fn bare(word: &str) -> Result<String, String> {
    if word.is_empty() {
        return Err("a name is missing".into());
    }
    if !word.starts_with('"') {
        return Ok(word.to_owned());
    }
    let wrong = || format!("{word:?} is no text in quotes");
    let inside = word[1..].strip_suffix('"').ok_or_else(wrong)?;
    let mut text = String::new();
    let mut chars = inside.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => return Err(wrong()),
            '\\' => text.push(escaped(&mut chars).ok_or_else(wrong)?),
            c if c < ' ' => return Err(wrong()),
            c => text.push(c),
        }
    }
    Ok(text)
}

fn escaped(chars: &mut Peekable<Chars<'_>>) -> Option<char> {
    Some(match chars.next()? {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'u' => {
            // What is written is below a space; only foreign hands write pairs of surrogates.
            let digits: String = chars.by_ref().take(4).collect();
            let whole = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_hexdigit());
            char::from_u32(u32::from_str_radix(&digits, 16).ok().filter(|_| whole)?)?
        }
        c @ ('"' | '\\' | '/') => c,
        _ => return None,
    })
}
