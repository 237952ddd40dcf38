//! Strings as Python has them.

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

    /// Adds a character, or a surrogate that has no partner.
    pub(super) fn push(&mut self, unit: Result<char, u32>) {
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
