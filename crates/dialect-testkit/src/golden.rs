//! Runs golden files.

use std::error::Error as _;
use std::fs;
use std::path::Path;

use dialect_api::{Body, Configured, EdgeError, Request};

use crate::answer::Answer;
use crate::coverage::Coverage;
use crate::diff::diff;
use crate::directive::{self, Directive};
use crate::format::{Exchange, GoldenFile};
use crate::prepare::{golden_paths, read};
use crate::report::Report;
use crate::world::{Outcome, World};

/// What becomes of the answers that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// They are compared with those in the files.
    Check,
    /// They are written into the files.
    Bless,
}

/// Runs every golden file of the dialect whose manifest lies in `manifest_dir`.
pub fn examine<D: Configured>(manifest_dir: &Path, mode: Mode) -> Report {
    let mut report = Report::default();
    let mut coverage = Coverage::default();
    let paths = match golden_paths(manifest_dir) {
        Ok(paths) => paths,
        Err(problem) => {
            report
                .failures
                .push((manifest_dir.to_owned(), vec![problem]));
            return report;
        }
    };
    for path in paths {
        report.files += 1;
        let problems = run_file::<D>(&path, manifest_dir, mode, &mut report, &mut coverage);
        match problems {
            Ok(problems) if problems.is_empty() => {}
            Ok(problems) => report.failures.push((path, problems)),
            Err(problem) => report.failures.push((path, vec![problem])),
        }
    }
    report.missing = coverage.missing::<D>();
    report
}

/// Runs a file and gives what is wrong with its exchanges.
///
/// # Errors
/// What keeps the file from being run at all.
fn run_file<D: Configured>(
    path: &Path,
    manifest_dir: &Path,
    mode: Mode,
    report: &mut Report,
    coverage: &mut Coverage,
) -> Result<Vec<String>, String> {
    let file = read(path)?;
    let world = World::<D>::new(&file.config, manifest_dir)?;
    let mut problems = Vec::new();
    let mut answers = Vec::new();
    for (position, exchange) in file.exchanges.iter().enumerate() {
        report.exchanges += 1;
        let came = run_exchange(&world, position, exchange, coverage);
        let wrong = match (&came, mode) {
            (Err(problem), _) => Some(problem.clone()),
            (Ok(answer), Mode::Check) => difference(exchange, answer),
            (Ok(_), Mode::Bless) => None,
        };
        problems.extend(wrong.map(|it| format!("exchange at line {}: {it}", exchange.line)));
        answers.extend(came.ok());
    }
    if mode == Mode::Bless && problems.is_empty() && bless(&file, &answers)? {
        report.blessed.push(path.to_owned());
    }
    Ok(problems)
}

/// Writes the answers that came into the file; whether that changes it.
fn bless(file: &GoldenFile, answers: &[Answer]) -> Result<bool, String> {
    let path = &file.path;
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let text = file.with_answers(answers);
    if fs::read_to_string(path).map_err(failed)? == text {
        return Ok(false);
    }
    fs::write(path, text).map_err(failed)?;
    Ok(true)
}

fn difference(exchange: &Exchange, got: &Answer) -> Option<String> {
    match &exchange.expected {
        Some(expected) if expected == got => None,
        Some(expected) => Some(format!(
            "- expected, + got\n{}",
            diff(&expected.to_text(), &got.to_text())
        )),
        None => Some(format!("no answer is written down; got\n{}", got.to_text())),
    }
}

/// Sends one exchange's request.
///
/// # Errors
/// What keeps an answer from coming, and a directive that had no effect.
fn run_exchange<D: Configured>(
    world: &World<D>,
    position: usize,
    exchange: &Exchange,
    coverage: &mut Coverage,
) -> Result<Answer, String> {
    let asked = Asked::set_up(world, position, exchange)?;
    let (head, body) = exchange
        .request
        .fill(|user, project| world.token(user, project))?;
    let cx = world.context(&asked);
    if !asked.dedicated && !world.dialect.claims(&head) {
        return Err("the dialect does not claim the request".to_owned());
    }
    let outcome = match asked.edge {
        Some(edge) if !matches!(edge, EdgeError::BodyTooLarge { .. }) => {
            coverage.edge.insert(edge.kind());
            world.refuse(edge, &head, &cx)?
        }
        Some(_) => {
            let limit_bytes = world.dialect.descriptor().max_body_bytes;
            let request = Request::new(head, Body::TooLarge { limit_bytes });
            coverage.edge.extend(dropped_body(&request));
            world.send(&request, &cx)?
        }
        None => {
            let request = world.request(head, body);
            coverage.edge.extend(dropped_body(&request));
            world.send(&request, &cx)?
        }
    };
    note(world, &outcome, coverage);
    if let Some((method, kind)) = world.faults.take_unmet().first_key_value() {
        return Err(format!(
            "`# core: {method} -> {kind}` was not met: `{method}` was not called; got\n{}",
            Answer::of(&outcome.answer).to_text()
        ));
    }
    let answer = Answer::of(&outcome.answer);
    match leaked_cause(&answer) {
        Some(cause) => Err(format!(
            "the technical cause `{cause}` reached the client; got\n{}",
            answer.to_text()
        )),
        None => Ok(answer),
    }
}

/// The text of a core error's source, which is for the log alone, where an answer holds it.
fn leaked_cause(answer: &Answer) -> Option<String> {
    let body = String::from_utf8_lossy(&answer.body);
    let headers = answer.headers.iter().map(|(_, value)| value.as_str());
    let texts: Vec<&str> = headers.chain([body.as_ref()]).collect();
    keypair_core::Error::examples()
        .iter()
        .filter_map(|error| error.source().map(ToString::to_string))
        .find(|cause| texts.iter().any(|text| text.contains(cause)))
}

fn dropped_body(request: &Request) -> Option<&'static str> {
    request.body().err().map(|error| error.kind())
}

fn note<D: Configured>(world: &World<D>, outcome: &Outcome, coverage: &mut Coverage) {
    coverage.core.extend(world.faults.take_given());
    coverage.operations.extend(outcome.operation);
}

/// What the directives of an exchange ask for, beyond what they have set in the world already.
pub(crate) struct Asked {
    pub(crate) request_id: u128,
    pub(crate) dedicated: bool,
    pub(crate) public_url: Option<String>,
    pub(crate) edge: Option<EdgeError>,
}

impl Asked {
    /// Obeys an exchange's directives.
    ///
    /// # Errors
    /// A fixture that cannot be used.
    pub(crate) fn set_up<D: Configured>(
        world: &World<D>,
        position: usize,
        exchange: &Exchange,
    ) -> Result<Self, String> {
        let mut asked = Self {
            request_id: position as u128 + 1,
            dedicated: false,
            public_url: None,
            edge: None,
        };
        for directive in &exchange.directives {
            match directive {
                Directive::Source | Directive::Config(_) => {}
                Directive::Now(now) => world.clock.set(*now),
                Directive::RequestId(id) => asked.request_id = *id,
                Directive::Seed(bits) => world.entropy.tell(*bits),
                Directive::Key(name) => world.keys.choose(name)?,
                Directive::Core { method, kind } => world.faults.fail_next(method, kind),
                Directive::Edge(kind) => asked.edge = directive::edge_error(kind),
                Directive::PublicUrl(url) => asked.public_url = Some(url.clone()),
                Directive::Dedicated => asked.dedicated = true,
            }
        }
        Ok(asked)
    }
}
