//! JSON as Python reads it, which is what Nova's texts are made from: members keep the order in
//! which they came, the last of several members of one name wins, `NaN` and the infinities are
//! numbers, integers have any size, and a string may hold half a surrogate pair.

use std::collections::BTreeMap;

/// Arrays and objects nest no deeper than this. Python's own limit is the depth of its stack.
const MAX_DEPTH: usize = 256;
/// Python refuses to read longer integers. Source: `sys.int_info.default_max_str_digits`.
const MAX_INTEGER_DIGITS: usize = 4300;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number without fraction and exponent, in the digits that it was written in.
    Integer(String),
    /// Any other number.
    Float(f64),
    /// A string.
    String(Text),
    /// An array.
    Array(Vec<Value>),
    /// An object: no name twice, in the order in which the names first came.
    Object(Vec<(Text, Value)>),
}

impl Value {
    /// The member of an object; `None` for other values.
    pub(crate) fn member(&self, name: &str) -> Option<&Value> {
        let Self::Object(members) = self else {
            return None;
        };
        let found = members.iter().find(|(known, _)| known.is(name));
        found.map(|(_, value)| value)
    }

    /// The string, if it is one.
    pub(crate) fn as_text(&self) -> Option<&Text> {
        match self {
            Self::String(text) => Some(text),
            Self::Null
            | Self::Bool(_)
            | Self::Integer(_)
            | Self::Float(_)
            | Self::Array(_)
            | Self::Object(_) => None,
        }
    }
}

/// A string as Python has it: code points, of which some may be surrogates without a partner.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Text {
    /// With U+FFFD in the place of each lone surrogate.
    text: String,
    /// All code points, if there is a lone surrogate among them.
    code_points: Option<Vec<u32>>,
}

impl Text {
    /// The text, unless it holds a lone surrogate.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self.code_points {
            None => Some(&self.text),
            Some(_) => None,
        }
    }

    /// The text with U+FFFD in the place of each lone surrogate.
    pub(crate) fn lossy(&self) -> &str {
        &self.text
    }

    /// Whether it is that text.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.as_str() == Some(text)
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Its code points.
    pub(crate) fn code_points(&self) -> impl Iterator<Item = u32> + '_ {
        let whole = match self.code_points {
            None => self.text.as_str(),
            Some(_) => "",
        };
        let broken = self.code_points.iter().flatten().copied();
        whole.chars().map(u32::from).chain(broken)
    }

    fn push(&mut self, unit: Result<char, u32>) {
        if let Err(surrogate) = unit {
            let text = &self.text;
            self.code_points
                .get_or_insert_with(|| text.chars().map(u32::from).collect())
                .push(surrogate);
        } else if let (Ok(char), Some(code_points)) = (unit, &mut self.code_points) {
            code_points.push(u32::from(char));
        }
        self.text.push(unit.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            code_points: None,
        }
    }
}

/// The bytes are not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotJson;

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

    /// Takes as many characters as fit.
    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !fits(c)).unwrap_or(self.rest.len());
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
        let digits = self.take_while(|c| c.is_ascii_digit());
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
        if self.take(".") && !self.take_while(|c| c.is_ascii_digit()).is_empty() {
            return true;
        }
        self.rest = here;
        false
    }

    fn take_exponent(&mut self) -> bool {
        let here = self.rest;
        if self.take("e") || self.take("E") {
            let _sign = self.take("+") || self.take("-");
            if !self.take_while(|c| c.is_ascii_digit()).is_empty() {
                return true;
            }
        }
        self.rest = here;
        false
    }
}

/// What may stand in a string as it is.
fn is_plain(c: char) -> bool {
    c >= ' ' && c != '"' && c != '\\'
}

/// A Python dict made of pairs: a name keeps the place where it first came and the value that came
/// last.
fn last_of_each_name(members: Vec<(Text, Value)>) -> Vec<(Text, Value)> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(value: &Value) -> Vec<(&str, &str)> {
        let Value::Object(members) = value else {
            panic!("not an object: {value:?}");
        };
        members
            .iter()
            .map(|(name, value)| (name.lossy(), value.as_text().unwrap().lossy()))
            .collect()
    }

    #[test]
    fn the_last_of_several_members_wins_and_the_first_gives_the_place() {
        let value = parse(br#"{"a": "1", "b": "2", "a": "3"}"#).unwrap();
        assert_eq!(texts(&value), [("a", "3"), ("b", "2")]);
    }

    #[test]
    fn white_space_around_is_fine_and_nothing_else_is() {
        assert_eq!(parse(b" \t\r\n null \n"), Ok(Value::Null));
        for bad in [
            "",
            " ",
            "\u{feff}{}",
            "{} {}",
            "{'a': 1}",
            "[1,]",
            "{\"a\":1,}",
            "\u{a0}null",
            "[",
            "{",
            "\"",
            "{\"a\"}",
            "{\"a\" 1}",
            "{1:1}",
            "nul",
            "True",
        ] {
            assert_eq!(parse(bad.as_bytes()), Err(NotJson), "{bad:?}");
        }
        assert_eq!(parse(b"\"\xff\""), Err(NotJson));
    }

    #[test]
    fn numbers_are_pythons() {
        let integers = [
            ("0", "0"),
            ("-0", "0"),
            ("-12", "-12"),
            (
                "123456789012345678901234567890",
                "123456789012345678901234567890",
            ),
        ];
        for (written, read) in integers {
            assert_eq!(
                parse(written.as_bytes()),
                Ok(Value::Integer(read.to_owned()))
            );
        }
        let floats = [
            ("1.5", 1.5),
            ("1E3", 1000.0),
            ("-0.0", 0.0),
            ("1e400", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
        ];
        for (written, read) in floats {
            assert_eq!(parse(written.as_bytes()), Ok(Value::Float(read)));
        }
        assert!(matches!(parse(b"NaN"), Ok(Value::Float(nan)) if nan.is_nan()));
        for bad in [
            "01", "-", "1.", ".5", "1e", "1e+", "+1", "-NaN", "0x1", "--1", "1.e1",
        ] {
            assert_eq!(parse(bad.as_bytes()), Err(NotJson), "{bad:?}");
        }
        assert!(parse("9".repeat(4300).as_bytes()).is_ok());
        assert_eq!(parse("9".repeat(4301).as_bytes()), Err(NotJson));
    }

    #[test]
    fn strings_may_hold_escapes_and_half_a_pair() {
        let read = |json: &str| match parse(json.as_bytes()) {
            Ok(Value::String(text)) => text,
            other => panic!("{json}: {other:?}"),
        };
        assert_eq!(
            read(r#""\"\\\/\b\f\n\r\t\u00e9é""#).as_str(),
            Some("\"\\/\u{8}\u{c}\n\r\téé")
        );
        assert_eq!(read(r#""\ud83d\ude00""#).as_str(), Some("😀"));
        let broken = read(r#""a\ud83d\u0041\udc00b""#);
        assert_eq!(broken.as_str(), None);
        assert_eq!(broken.lossy(), "a\u{fffd}A\u{fffd}b");
        let points: Vec<u32> = broken.code_points().collect();
        assert_eq!(points, [0x61, 0xd83d, 0x41, 0xdc00, 0x62]);
        for bad in [
            r#""\x41""#,
            r#""\u12""#,
            r#""\u12g4""#,
            "\"\t\"",
            "\"\n\"",
            r#""\"#,
            r#""\u00é0""#,
        ] {
            assert_eq!(parse(bad.as_bytes()), Err(NotJson), "{bad}");
        }
        assert_eq!(read("\"\u{7f}\"").as_str(), Some("\u{7f}"));
    }

    #[test]
    fn nesting_has_a_limit() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert_eq!(parse(nested(MAX_DEPTH + 2).as_bytes()), Err(NotJson));
        assert_eq!(parse("[".repeat(100_000).as_bytes()), Err(NotJson));
    }
}
