//! From bytes to a value.

use std::collections::BTreeMap;

use super::{NotJson, Text, Value};

/// Arrays and objects nest no deeper than this. Python's own limit is the depth of its stack.
pub(super) const MAX_DEPTH: usize = 256;
/// Python refuses to read longer integers. Source: `sys.int_info.default_max_str_digits`.
const MAX_INTEGER_DIGITS: usize = 4300;

/// Reads a whole body.
///
/// # Errors
/// [`NotJson`], also for what is nested too deep and for integers that are too long.
pub(crate) fn parse(body: &[u8]) -> Result<Value, NotJson> {
    let text = std::str::from_utf8(body).map_err(|_| NotJson)?;
    let mut reader = Reader { rest: text };
    let value = reader.value(0)?;
    reader.skip_white_space();
    if reader.rest.is_empty() {
        Ok(value)
    } else {
        Err(NotJson)
    }
}

/// What is still to be read.
struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn skip_white_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Takes the text if it stands next.
    fn take(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes as many bytes as fit. All bytes of characters beyond ASCII must, or none.
    fn take_while(&mut self, fits: impl Fn(u8) -> bool) -> &'t str {
        let end = self.rest.bytes().position(|byte| !fits(byte));
        let end = end.unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn value(&mut self, depth: usize) -> Result<Value, NotJson> {
        const WORDS: [(&str, Value); 6] = [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("NaN", Value::Float(f64::NAN)),
            ("Infinity", Value::Float(f64::INFINITY)),
            ("-Infinity", Value::Float(f64::NEG_INFINITY)),
        ];
        if depth > MAX_DEPTH {
            return Err(NotJson);
        }
        self.skip_white_space();
        if self.take("\"") {
            return self.string().map(Value::String);
        }
        if self.take("{") {
            return self.object(depth);
        }
        if self.take("[") {
            return self.array(depth);
        }
        let word = WORDS.into_iter().find(|(word, _)| self.take(word));
        match word {
            Some((_, value)) => Ok(value),
            None => self.number(),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, NotJson> {
        let mut elements = Vec::new();
        self.skip_white_space();
        if self.take("]") {
            return Ok(Value::Array(elements));
        }
        loop {
            elements.push(self.value(depth + 1)?);
            self.skip_white_space();
            if self.take("]") {
                return Ok(Value::Array(elements));
            }
            if !self.take(",") {
                return Err(NotJson);
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, NotJson> {
        let mut members = Vec::new();
        self.skip_white_space();
        if self.take("}") {
            return Ok(Value::Object(members));
        }
        loop {
            self.skip_white_space();
            if !self.take("\"") {
                return Err(NotJson);
            }
            let name = self.string()?;
            self.skip_white_space();
            if !self.take(":") {
                return Err(NotJson);
            }
            members.push((name, self.value(depth + 1)?));
            self.skip_white_space();
            if self.take("}") {
                return Ok(Value::Object(last_of_each_name(members)));
            }
            if !self.take(",") {
                return Err(NotJson);
            }
        }
    }

    /// Reads a string whose opening quote has been taken.
    fn string(&mut self) -> Result<Text, NotJson> {
        let mut text = Text::from(self.take_while(is_plain));
        while !self.take("\"") {
            if !self.take("\\") {
                return Err(NotJson);
            }
            text.push(self.escaped()?);
            for plain in self.take_while(is_plain).chars() {
                text.push(Ok(plain));
            }
        }
        Ok(text)
    }

    /// Reads what follows a backslash: a character, or a surrogate that has no partner.
    fn escaped(&mut self) -> Result<Result<char, u32>, NotJson> {
        const SHORT: [(&str, char); 8] = [
            ("\"", '"'),
            ("\\", '\\'),
            ("/", '/'),
            ("b", '\u{8}'),
            ("f", '\u{c}'),
            ("n", '\n'),
            ("r", '\r'),
            ("t", '\t'),
        ];
        if let Some((_, char)) = SHORT.into_iter().find(|(letter, _)| self.take(letter)) {
            return Ok(Ok(char));
        }
        let unit = self.code_unit()?;
        if !(0xd800..0xdc00).contains(&unit) {
            return Ok(char::from_u32(unit).ok_or(unit));
        }
        let here = self.rest;
        if self.take("\\") {
            match self.code_unit() {
                Ok(low) if (0xdc00..0xe000).contains(&low) => {
                    let joined = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                    return Ok(char::from_u32(joined).ok_or(joined));
                }
                Ok(_) | Err(NotJson) => self.rest = here,
            }
        }
        Ok(Err(unit))
    }

    /// Reads `uXXXX`.
    fn code_unit(&mut self) -> Result<u32, NotJson> {
        if !self.take("u") {
            return Err(NotJson);
        }
        let (digits, rest) = self.rest.split_at_checked(4).ok_or(NotJson)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NotJson);
        }
        self.rest = rest;
        u32::from_str_radix(digits, 16).map_err(|_| NotJson)
    }

    fn number(&mut self) -> Result<Value, NotJson> {
        let start = self.rest;
        let negative = self.take("-");
        let digits = self.take_while(|byte| byte.is_ascii_digit());
        // A zero ends the whole part; what follows it is no part of the number.
        if digits.is_empty() || (digits.len() > 1 && digits.starts_with('0')) {
            return Err(NotJson);
        }
        let fraction = self.take_fraction();
        let exponent = self.take_exponent();
        if !fraction && !exponent {
            if digits.len() > MAX_INTEGER_DIGITS {
                return Err(NotJson);
            }
            let sign = if negative && digits != "0" { "-" } else { "" };
            return Ok(Value::Integer(format!("{sign}{digits}")));
        }
        let written = start.strip_suffix(self.rest).unwrap_or(start);
        written.parse().map(Value::Float).map_err(|_| NotJson)
    }

    fn take_fraction(&mut self) -> bool {
        let here = self.rest;
        if self.take(".") && !self.take_while(|byte| byte.is_ascii_digit()).is_empty() {
            return true;
        }
        self.rest = here;
        false
    }

    fn take_exponent(&mut self) -> bool {
        let here = self.rest;
        if self.take("e") || self.take("E") {
            let _sign = self.take("+") || self.take("-");
            if !self.take_while(|byte| byte.is_ascii_digit()).is_empty() {
                return true;
            }
        }
        self.rest = here;
        false
    }
}

/// What may stand in a string as it is.
fn is_plain(byte: u8) -> bool {
    byte >= b' ' && byte != b'"' && byte != b'\\'
}

/// So many names are compared with each other in less time than a tree of them takes.
const FEW: usize = 8;

fn has_a_name_twice(members: &[(Text, Value)]) -> bool {
    let mut rest = members;
    while let Some(((name, _), others)) = rest.split_first() {
        if others.iter().any(|(other, _)| other == name) {
            return true;
        }
        rest = others;
    }
    false
}

/// A Python dict made of pairs: a name keeps the place where it first came and the value that came
/// last.
fn last_of_each_name(members: Vec<(Text, Value)>) -> Vec<(Text, Value)> {
    if members.len() <= FEW && !has_a_name_twice(&members) {
        return members;
    }
    let mut places = BTreeMap::new();
    let mut kept: Vec<(Text, Value)> = Vec::with_capacity(members.len());
    for (name, value) in members {
        let place = *places.entry(name.clone()).or_insert(kept.len());
        match kept.get_mut(place) {
            Some((_, earlier)) => *earlier = value,
            None => kept.push((name, value)),
        }
    }
    kept
}
