//! Which characters Python holds for printable.

/// The space separators (category Zs). The set has not changed since Unicode 6.3.
fn is_space_separator(c: char) -> bool {
    matches!(
        c,
        ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

/// Whether Python shows the character as it is: everything but Unicode's "other" (C*) and
/// separators (Z*), and the plain space.
///
/// The standard library escapes exactly the same set when it prints a text for debugging; compared
/// over all assigned characters with `str.isprintable`.
pub(crate) fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c, ' '..='~');
    }
    // A text's first character is escaped by one more rule (combining marks); a letter goes first.
    let mut probe = String::with_capacity(5);
    probe.push('a');
    probe.push(c);
    probe.escape_debug().nth(1) == Some(c)
}

/// Categories C*, Zl and Zp: what may stand nowhere in a name.
pub(crate) fn is_control(c: char) -> bool {
    !is_printable(c) && !is_space_separator(c)
}

/// Categories C* and Z*: what a name may not begin or end with.
pub(crate) fn is_control_or_space(c: char) -> bool {
    !is_printable(c) || c == ' '
}

/// What Python's `strip` takes off the ends of a name: of all white space only this can be in one
/// that was found printable, line feeds at the end aside.
pub(crate) fn is_strippable(c: char) -> bool {
    is_space_separator(c) || c == '\n'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_are_unicodes() {
        // Cc, Cf, Co, Cn, Zl, Zp: one or more of each.
        for c in [
            '\0', '\t', '\u{7f}', '\u{85}', '\u{ad}', '\u{200b}', '\u{feff}', '\u{e000}',
            '\u{378}', '\u{2028}', '\u{2029}', '\u{1c}',
        ] {
            assert!(
                !is_printable(c) && is_control(c) && is_control_or_space(c),
                "{c:?}"
            );
        }
        // Zs.
        for c in [
            '\u{a0}', '\u{1680}', '\u{2003}', '\u{202f}', '\u{205f}', '\u{3000}',
        ] {
            assert!(
                !is_printable(c) && !is_control(c) && is_control_or_space(c),
                "{c:?}"
            );
        }
        assert!(is_printable(' ') && !is_control(' ') && is_control_or_space(' '));
        // L*, M* (combining marks too), N*, P*, S*.
        for c in [
            'a', 'é', 'к', '\u{301}', '²', '"', '\'', '\\', '😀', '鍵', '~',
        ] {
            assert!(
                is_printable(c) && !is_control(c) && !is_control_or_space(c),
                "{c:?}"
            );
        }
    }
}
