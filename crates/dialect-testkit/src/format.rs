//! The text format of golden files; described in the crate's README.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::answer::{Answer, body_bytes, headers_and_body, status_line};
use crate::directive::{self, Directive};

/// A golden file, read.
#[derive(Debug)]
pub(crate) struct GoldenFile {
    pub(crate) path: PathBuf,
    /// The lines of the dialect's config section.
    pub(crate) config: String,
    pub(crate) exchanges: Vec<Exchange>,
}

/// A request and its answer.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// Where it starts, from 1.
    pub(crate) line: usize,
    /// Everything before the answer, as it stands in the file.
    written: String,
    pub(crate) directives: Vec<Directive>,
    pub(crate) request: WrittenRequest,
    /// `None` where no answer has been written yet.
    pub(crate) expected: Option<Answer>,
}

/// A request as it is written: with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WrittenRequest {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: WrittenBody,
}

/// A request's body as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WrittenBody {
    /// Text, in which placeholders are filled in.
    Text(String),
    /// Bytes as they are.
    Bytes(Vec<u8>),
}

/// A body longer than this in a test is a slip of the pen.
const MAX_BODY_BYTES: usize = 64 << 20;

impl GoldenFile {
    /// Reads a file's text.
    ///
    /// # Errors
    /// What is wrong, with the number of the line where the exchange starts.
    pub(crate) fn parse(path: &Path, text: &str) -> Result<Self, String> {
        let mut lines: Vec<&str> = text.split('\n').collect();
        // What follows the last line feed is no line.
        if lines.last() == Some(&"") {
            lines.pop();
        }
        let mut exchanges = Vec::new();
        let mut line = 1;
        for block in lines.split(|line| *line == "---") {
            let exchange = Exchange::parse(line, block)
                .map_err(|problem| format!("exchange at line {line}: {problem}"))?;
            exchanges.push(exchange);
            line += block.len() + 1;
        }
        Self::put_together(path, exchanges)
    }

    fn put_together(path: &Path, exchanges: Vec<Exchange>) -> Result<Self, String> {
        let mut config = String::new();
        let mut has_source = false;
        for (position, exchange) in exchanges.iter().enumerate() {
            for directive in &exchange.directives {
                if let Directive::Config(setting) = directive {
                    if position > 0 {
                        let line = exchange.line;
                        return Err(format!(
                            "exchange at line {line}: `# config:` stands before the first exchange only"
                        ));
                    }
                    config.push_str(setting);
                    config.push('\n');
                }
                has_source |= *directive == Directive::Source;
            }
        }
        if !has_source {
            return Err("there is no `# source:`".to_owned());
        }
        Ok(Self {
            path: path.to_owned(),
            config,
            exchanges,
        })
    }

    /// The file's text with these answers instead of the ones that stand there.
    pub(crate) fn with_answers(&self, answers: &[Answer]) -> String {
        let blocks: Vec<String> = self
            .exchanges
            .iter()
            .zip(answers)
            .map(|(exchange, answer)| format!("{}\n{}", exchange.written, answer.to_text()))
            .collect();
        blocks.join("---\n")
    }
}

impl Exchange {
    fn parse(line: usize, block: &[&str]) -> Result<Self, String> {
        let end = block.iter().position(|line| status_line(line).is_some());
        let (asked, answered) = block.split_at(end.unwrap_or(block.len()));
        if let Some(odd) = asked.iter().find(|line| line.starts_with("===")) {
            return Err(format!("`{odd}` is not `=== STATUS`"));
        }
        let expected = match end {
            Some(_) => Some(Answer::parse(answered)?),
            None => None,
        };
        let mut directives = Vec::new();
        let mut rest = asked;
        let request_line = loop {
            let (first, following) = rest.split_first().ok_or("there is no request")?;
            rest = following;
            if first.starts_with('#') {
                directives.extend(directive::parse(first)?);
            } else if !first.is_empty() {
                break *first;
            }
        };
        no_contradiction(&directives)?;
        Ok(Self {
            line,
            written: asked.join("\n"),
            directives,
            request: WrittenRequest::parse(request_line, rest)?,
            expected,
        })
    }
}

/// Refuses a second directive where only one can be meant.
fn no_contradiction(directives: &[Directive]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for directive in directives {
        let word = match directive {
            Directive::Now(_) => "now",
            Directive::RequestId(_) => "request-id",
            Directive::Key(_) => "key",
            Directive::Edge(_) => "edge",
            Directive::PublicUrl(_) => "public-url",
            Directive::Core { method, .. } => *method,
            Directive::Source
            | Directive::Config(_)
            | Directive::Seed(_)
            | Directive::Dedicated => continue,
        };
        if !seen.insert(word) {
            return Err(format!("two directives say something of `{word}`"));
        }
    }
    Ok(())
}

impl WrittenRequest {
    fn parse(request_line: &str, rest: &[&str]) -> Result<Self, String> {
        let (method, target) = request_line
            .split_once(' ')
            .ok_or_else(|| format!("`{request_line}` is not `METHOD TARGET`"))?;
        let (headers, body) = headers_and_body(rest)?;
        Ok(Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body: WrittenBody::parse(body)?,
        })
    }
}

impl WrittenBody {
    fn parse(text: String) -> Result<Self, String> {
        if text.contains('\n') {
            return Ok(Self::Text(text));
        }
        if let Some(repeated) = text.strip_prefix("@repeat ") {
            return Self::repeat(repeated);
        }
        if text.starts_with("@hex") {
            return Ok(Self::Bytes(body_bytes(&text)?));
        }
        Ok(Self::Text(text))
    }

    fn repeat(text: &str) -> Result<Self, String> {
        let (count, text) = text
            .split_once(' ')
            .ok_or("`@repeat` is not `@repeat N TEXT`")?;
        let count: usize = count
            .parse()
            .map_err(|error| format!("`@repeat {count}`: {error}"))?;
        if count.saturating_mul(text.len()) > MAX_BODY_BYTES {
            return Err(format!("`@repeat` gives more than {MAX_BODY_BYTES} bytes"));
        }
        Ok(Self::Bytes(text.repeat(count).into_bytes()))
    }
}

#[cfg(test)]
#[path = "format_tests.rs"]
mod tests;
