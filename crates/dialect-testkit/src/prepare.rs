//! From a written request to one that can be sent.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::request::Parts;

use crate::directive::Directive;
use crate::format::{GoldenFile, WrittenBody, WrittenRequest};

/// Where a dialect's golden files are, below its manifest's folder.
const GOLDEN_FOLDER: &str = "tests/golden";
const FILE_EXTENSION: &str = "http";

/// A request of a golden file, for tests of other things than answers.
#[derive(Debug, Clone)]
pub struct GoldenRequest {
    /// The file.
    pub file: PathBuf,
    /// The line at which the exchange starts, from 1.
    pub line: usize,
    /// Whether it comes in on a listener of the dialect's own, so that nobody is asked to claim it.
    pub dedicated: bool,
    /// Method, target and headers.
    pub head: Parts,
    /// The body.
    pub body: Bytes,
}

/// Every request of a dialect's golden files, in the order of the files' paths. A placeholder
/// `{{token …}}` stands as the text `token-placeholder`.
///
/// # Errors
/// A folder or file that cannot be read, or a request that cannot be sent; with the file's path.
pub fn golden_requests(manifest_dir: &Path) -> Result<Vec<GoldenRequest>, String> {
    let mut requests = Vec::new();
    for path in golden_paths(manifest_dir)? {
        let file = read(&path)?;
        for exchange in &file.exchanges {
            let (head, body) = exchange
                .request
                .fill(|_, _| Ok("token-placeholder".to_owned()))
                .map_err(|problem| format!("{}:{}: {problem}", path.display(), exchange.line))?;
            requests.push(GoldenRequest {
                file: path.clone(),
                line: exchange.line,
                dedicated: exchange.directives.contains(&Directive::Dedicated),
                head,
                body,
            });
        }
    }
    Ok(requests)
}

/// Reads a golden file.
pub(crate) fn read(path: &Path) -> Result<GoldenFile, String> {
    let shown = path.display();
    let text = fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
    GoldenFile::parse(path, &text).map_err(|problem| format!("{shown}: {problem}"))
}

/// The paths of a dialect's golden files, sorted.
pub(crate) fn golden_paths(manifest_dir: &Path) -> Result<Vec<PathBuf>, String> {
    let mut paths = Vec::new();
    collect(&manifest_dir.join(GOLDEN_FOLDER), &mut paths)?;
    paths.sort();
    Ok(paths)
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|it| it == FILE_EXTENSION) {
            paths.push(path);
        } else {
            return Err(format!("{} is no `.{FILE_EXTENSION}` file", path.display()));
        }
    }
    Ok(())
}

impl WrittenRequest {
    /// Fills in the placeholders; `token` makes the token of a user for a project.
    ///
    /// # Errors
    /// A token that cannot be made, and a method, target or header that HTTP does not have.
    pub(crate) fn fill(
        &self,
        token: impl Fn(&str, Option<&str>) -> Result<String, String>,
    ) -> Result<(Parts, Bytes), String> {
        let target = fill_text(&self.target, &token)?;
        let mut request = http::Request::builder()
            .method(self.method.as_str())
            .uri(target.as_str());
        for (name, value) in &self.headers {
            request = request.header(name, fill_text(value, &token)?);
        }
        let (head, ()) = request
            .body(())
            .map_err(|error| format!("{} {target}: {error}", self.method))?
            .into_parts();
        let body = match &self.body {
            WrittenBody::Text(text) => Bytes::from(fill_text(text, &token)?),
            WrittenBody::Bytes(bytes) => Bytes::copy_from_slice(bytes),
        };
        Ok((head, body))
    }
}

/// Puts a token wherever `{{token USER [PROJECT]}}` stands.
fn fill_text(
    text: &str,
    token: &impl Fn(&str, Option<&str>) -> Result<String, String>,
) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{token ") {
        let (names, following) = after.split_once("}}").ok_or("`{{token` has no end")?;
        let mut names = names.split_whitespace();
        let user = names.next().ok_or("`{{token}}` names no user")?;
        let project = names.next();
        if names.next().is_some() {
            return Err("`{{token}}` takes a user and a project".to_owned());
        }
        filled.push_str(before);
        filled.push_str(&token(user, project)?);
        rest = following;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::fill_text;

    #[test]
    fn tokens_are_put_in_wherever_they_stand() {
        let token =
            |user: &str, project: Option<&str>| Ok(format!("<{user} {}>", project.unwrap_or("-")));
        assert_eq!(
            fill_text("a {{token u p}} b {{token u}}", &token),
            Ok("a <u p> b <u ->".to_owned())
        );
        assert_eq!(fill_text("{{other}}", &token), Ok("{{other}}".to_owned()));
        assert!(fill_text("{{token u", &token).is_err());
        assert!(fill_text("{{token }}", &token).is_err());
        assert!(fill_text("{{token a b c}}", &token).is_err());
    }
}
