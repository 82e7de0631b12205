//! A line-by-line difference of two texts.

use std::fmt::Write as _;

/// Returns the lines that differ, each after the line of its table. `-` is in `old`, `+` in `new`.
pub fn difference(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let mut out = String::new();
    let mut shown = None;
    let (mut i, mut j) = (0, 0);
    for (a, b) in common(&old, &new)
        .into_iter()
        .chain([(old.len(), new.len())])
    {
        let removed = old[i..a]
            .iter()
            .enumerate()
            .map(|(n, line)| ('-', i + n, &old, *line));
        let come = new[j..b]
            .iter()
            .enumerate()
            .map(|(n, line)| ('+', j + n, &new, *line));
        for (mark, at, text, line) in removed.chain(come) {
            if line.trim().is_empty() {
                continue;
            }
            let head = text[..=at].iter().rfind(|line| !line.starts_with(' '));
            if let Some(head) = head.filter(|head| **head != line && shown != Some(**head)) {
                // Writing to a String cannot fail.
                let _ = writeln!(out, "  {head}");
            }
            shown = head.copied();
            let _ = writeln!(out, "{mark} {line}");
        }
        (i, j) = (a + 1, b + 1);
    }
    out
}

/// Returns the pairs of equal lines in a longest common subsequence, in order.
fn common(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let equal = |(a, b): &(&&str, &&str)| a == b;
    let start = old.iter().zip(new).take_while(equal).count();
    let rest = (&old[start..], &new[start..]);
    let end = rest
        .0
        .iter()
        .rev()
        .zip(rest.1.iter().rev())
        .take_while(equal)
        .count();
    let (a, b) = (&rest.0[..rest.0.len() - end], &rest.1[..rest.1.len() - end]);
    // Beyond this the table of lengths would use too much memory: all differing lines are shown.
    let middle = if a.len().saturating_mul(b.len()) > 16_000_000 {
        Vec::new()
    } else {
        longest(a, b)
    };
    let head = (0..start).map(|n| (n, n));
    let middle = middle.into_iter().map(|(i, j)| (start + i, start + j));
    let tail = (0..end)
        .rev()
        .map(|n| (old.len() - 1 - n, new.len() - 1 - n));
    head.chain(middle).chain(tail).collect()
}

fn longest(a: &[&str], b: &[&str]) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    let mut lengths = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            lengths[i * width + j] = if a[i] == b[j] {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}
