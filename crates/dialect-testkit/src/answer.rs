//! Answers: as a dialect gives them, and as a golden file spells them.

use std::fmt::Write as _;

use dialect_api::Response;

/// A whole answer, comparable and printable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case and values, sorted.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Takes down a dialect's answer.
    pub(crate) fn of(response: &Response) -> Self {
        let mut headers: Vec<_> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), text_or_hex(value.as_bytes())))
            .collect();
        headers.sort();
        Self {
            status: response.status().as_u16(),
            headers,
            body: response.body().to_vec(),
        }
    }

    /// Reads what stands after a request: the status line and what follows.
    pub(crate) fn parse(lines: &[&str]) -> Result<Self, String> {
        let (first, rest) = lines.split_first().ok_or("there is no status line")?;
        let status = status_line(first).ok_or_else(|| format!("`{first}` is no status line"))?;
        let (mut headers, body) = headers_and_body(rest)?;
        headers.sort();
        Ok(Self {
            status,
            headers,
            body: body_bytes(&body)?,
        })
    }

    /// The answer as golden files spell it, with a line feed at the end.
    pub(crate) fn to_text(&self) -> String {
        let mut text = format!("=== {}\n", self.status);
        for (name, value) in &self.headers {
            let _ = writeln!(text, "{name}: {value}");
        }
        if !self.body.is_empty() {
            text.push('\n');
            text.push_str(&text_or_hex(&self.body));
            text.push('\n');
        }
        text
    }
}

/// The status of a line `=== 200`.
pub(crate) fn status_line(line: &str) -> Option<u16> {
    let digits = line.strip_prefix("=== ")?.trim_end();
    let three = digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| three)
}

/// Headers up to an empty line, and the lines of the body after it.
pub(crate) fn headers_and_body(lines: &[&str]) -> Result<(Vec<(String, String)>, String), String> {
    let end = lines.iter().position(|line| line.is_empty());
    let (head, body) = lines.split_at(end.unwrap_or(lines.len()));
    let headers = head
        .iter()
        .map(|line| {
            let (name, value) = line
                .split_once(':')
                .ok_or_else(|| format!("`{line}` is not `name: value`"))?;
            Ok((name.to_lowercase(), value.trim().to_owned()))
        })
        .collect::<Result<_, String>>()?;
    Ok((headers, body.get(1..).unwrap_or_default().join("\n")))
}

/// The bytes that a body's text stands for.
pub(crate) fn body_bytes(text: &str) -> Result<Vec<u8>, String> {
    match text.strip_prefix("@hex").filter(|_| !text.contains('\n')) {
        Some(digits) => hex::decode(digits.trim()).map_err(|error| format!("`@hex`: {error}")),
        None => Ok(text.as_bytes().to_vec()),
    }
}

/// The bytes as text, or `@hex …` where text would not read back as the same bytes.
fn text_or_hex(bytes: &[u8]) -> String {
    let readable = std::str::from_utf8(bytes).ok().filter(|text| {
        let marker = |line: &str| line == "---" || status_line(line).is_some();
        let plain = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
        !text.starts_with('@') && text.chars().all(plain) && !text.split('\n').any(marker)
    });
    readable.map_or_else(|| format!("@hex {}", hex::encode(bytes)), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::Answer;

    fn answer(body: &[u8]) -> Answer {
        Answer {
            status: 200,
            headers: vec![("content-type".to_owned(), "text/plain".to_owned())],
            body: body.to_vec(),
        }
    }

    #[test]
    fn every_body_reads_back_as_it_was() {
        for body in [
            &b""[..],
            b"{}",
            b"\n",
            b"line\n",
            b"two\nlines",
            b"---",
            b"a\n=== 200\nb",
            b"@hex 00",
            b"caf\xc3\xa9",
            b"\xff\x00",
            b"carriage\r\nreturn",
        ] {
            let text = answer(body).to_text();
            let mut lines: Vec<_> = text.split('\n').collect();
            assert_eq!(lines.pop(), Some(""), "a line feed at the end");
            assert_eq!(Answer::parse(&lines), Ok(answer(body)), "{text}");
        }
    }

    #[test]
    fn an_answer_without_a_body_has_no_empty_line() {
        assert_eq!(answer(b"").to_text(), "=== 200\ncontent-type: text/plain\n");
    }

    #[test]
    fn damaged_answers_are_refused() {
        for lines in [
            &["=== 20"][..],
            &["=== 200", "no colon"],
            &["=== 200", "", "@hex 0"],
            &[],
        ] {
            assert!(Answer::parse(lines).is_err(), "{lines:?}");
        }
    }
}
