//! Feeds a dialect damaged requests.

use std::cell::Cell;
use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use dialect_api::{Blame, Configured};
use http::request::Parts;
use http::{HeaderValue, Method, Uri};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use sha2::{Digest, Sha256};

use crate::edit::{Edit, any_edit};
use crate::format::GoldenFile;
use crate::golden::Asked;
use crate::prepare::{golden_paths, read};
use crate::records;
use crate::world::{Outcome, World};

/// How many requests are damaged, unless `KEYGLOT_MANGLE_CASES` says otherwise.
const CASES: u32 = 3000;
/// No more are begun after this time (more cases are given more) …
const BUDGET: Duration = Duration::from_secs(40);
/// … but so many must have been by then.
const FEWEST_CASES: u32 = 200;

const METHODS: [&str; 10] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW",
];

/// One way of damaging a request.
#[derive(Debug, Clone)]
enum Mangling {
    Method(&'static str),
    Target(Edit),
    Header(Index, Edit),
    DropHeader(Index),
    RepeatHeader(Index, Edit),
    SwapHeaders(Index, Index),
    Body(Edit),
    NoBody,
}

fn any_mangling() -> impl Strategy<Value = Mangling> {
    let header = any::<Index>;
    prop_oneof![
        1 => select(METHODS.as_slice()).prop_map(Mangling::Method),
        4 => any_edit().prop_map(Mangling::Target),
        3 => (header(), any_edit()).prop_map(|(which, edit)| Mangling::Header(which, edit)),
        1 => header().prop_map(Mangling::DropHeader),
        1 => (header(), any_edit()).prop_map(|(which, edit)| Mangling::RepeatHeader(which, edit)),
        1 => (header(), header()).prop_map(|(one, other)| Mangling::SwapHeaders(one, other)),
        6 => any_edit().prop_map(Mangling::Body),
        1 => Just(Mangling::NoBody),
    ]
}

/// What became of the damaged requests.
#[derive(Debug, Default)]
struct Tally {
    answered: Cell<u32>,
    not_http: Cell<u32>,
    unclaimed: Cell<u32>,
    out_of_time: Cell<u32>,
}

impl Tally {
    fn begun(&self) -> u32 {
        self.answered.get() + self.not_http.get() + self.unclaimed.get()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} damaged requests answered, {} no longer claimed, {} no longer HTTP, {} not begun in time",
            self.answered.get(),
            self.unclaimed.get(),
            self.not_http.get(),
            self.out_of_time.get()
        )
    }
}

/// What became of one damaged request.
enum Fate {
    Answered,
    Unclaimed,
    NotHttp,
}

/// Damages the requests of a dialect's golden files in a few thousand ways and sends them.
///
/// Each must get an answer: no panic, a valid status, and no error that the dialect takes the
/// blame for; and the store must hold only whole records afterwards. A signed request would get no
/// further than its signature, so where a damaged request is turned away, it is sent once more for
/// the caller of the undamaged one.
///
/// The cases are the same every time; `KEYGLOT_MANGLE_SEED=N` draws others,
/// `KEYGLOT_MANGLE_CASES=N` more.
///
/// # Panics
/// If a request gets no such answer; the message holds the smallest damage found that does it.
pub fn feed_mangled_requests<D: Configured>(manifest_dir: &str) {
    let seed: u64 = setting("KEYGLOT_MANGLE_SEED", 1);
    let cases: u32 = setting("KEYGLOT_MANGLE_CASES", CASES);
    match mangle::<D>(manifest_dir.as_ref(), seed, cases) {
        Ok(tally) => report(&format!("{}: {tally}", D::NAME)),
        Err(problem) => fail(&format!("{problem}\nagain with KEYGLOT_MANGLE_SEED={seed}")),
    }
}

#[expect(
    clippy::print_stderr,
    reason = "what was skipped is to be seen with --nocapture"
)]
fn report(text: &str) {
    eprintln!("{text}");
}

#[expect(
    clippy::panic,
    reason = "the caller is a test, and this is how tests fail"
)]
fn fail(text: &str) -> ! {
    panic!("{text}")
}

/// A number from the environment; one that cannot be read is not passed over.
fn setting<N: std::str::FromStr>(name: &str, default: N) -> N {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| fail(&format!("{name}={text} is no number that fits"))),
        Err(_) => default,
    }
}

fn mangle<D: Configured>(manifest_dir: &Path, seed: u64, cases: u32) -> Result<Tally, String> {
    let files = golden_paths(manifest_dir)?
        .iter()
        .map(|path| read(path))
        .collect::<Result<Vec<_>, _>>()?;
    let places: Vec<(&GoldenFile, usize)> = files
        .iter()
        .flat_map(|file| (0..file.exchanges.len()).map(move |position| (file, position)))
        .collect();
    if places.is_empty() {
        return Err(format!("{}: no golden files", manifest_dir.display()));
    }
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 4096,
        max_shrink_time: 20_000,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &Sha256::digest(seed.to_be_bytes()));
    let tally = Tally::default();
    let deadline = Instant::now() + BUDGET * cases.div_ceil(CASES);
    let strategy = (any::<Index>(), vec(any_mangling(), 1..4));
    let result = TestRunner::new_with_rng(config, rng).run(&strategy, |(place, manglings)| {
        if Instant::now() > deadline {
            bump(&tally.out_of_time);
            return Ok(());
        }
        let Some((file, position)) = places.get(place.index(places.len())) else {
            return Ok(());
        };
        match run_case::<D>(file, *position, &manglings, manifest_dir) {
            Ok(Fate::Answered) => bump(&tally.answered),
            Ok(Fate::Unclaimed) => bump(&tally.unclaimed),
            Ok(Fate::NotHttp) => bump(&tally.not_http),
            Err(problem) => return Err(TestCaseError::fail(problem)),
        }
        Ok(())
    });
    match result {
        Ok(()) if tally.out_of_time.get() > 0 && tally.begun() < FEWEST_CASES => {
            Err(format!("too slow to say anything: {tally}"))
        }
        Ok(()) => Ok(tally),
        Err(TestError::Fail(reason, (_, manglings))) => {
            Err(format!("{reason}\ndamage: {manglings:?}"))
        }
        Err(TestError::Abort(reason)) => Err(format!("given up: {reason}")),
    }
}

fn bump(count: &Cell<u32>) {
    count.set(count.get() + 1);
}

/// Sends what stands before an exchange as it is, then the exchange's request damaged.
fn run_case<D: Configured>(
    file: &GoldenFile,
    position: usize,
    manglings: &[Mangling],
    manifest_dir: &Path,
) -> Result<Fate, String> {
    let world = World::<D>::new(&file.config, manifest_dir)?;
    for (earlier, exchange) in file.exchanges.iter().enumerate().take(position + 1) {
        let asked = Asked::set_up(&world, earlier, exchange)?;
        // What fails on purpose would be our fault; here only the request may be at fault.
        let _ = world.faults.take_unmet();
        let (head, body) = exchange
            .request
            .fill(|user, project| world.token(user, project))?;
        let cx = world.context(&asked);
        let place = || format!("{}:{}", file.path.display(), exchange.line);
        if earlier < position {
            if asked.edge.is_none() {
                world
                    .send(&world.request(head, body), &cx)
                    .map_err(|problem| format!("{problem}\nas it stands in: {}", place()))?;
            }
            continue;
        }
        let Some((mangled_head, mangled_body)) = damage(&head, &body, manglings) else {
            return Ok(Fate::NotHttp);
        };
        if !asked.dedicated && !world.dialect.claims(&mangled_head) {
            return Ok(Fate::Unclaimed);
        }
        let sent = format!("{} {}", mangled_head.method, mangled_head.uri);
        let problem = |problem: String| {
            let body = String::from_utf8_lossy(&mangled_body);
            let body: String = body.chars().take(2000).collect();
            format!("{problem}\nfrom: {}\nsent: {sent}\n{body}", place())
        };
        let mangled = world.request(mangled_head, mangled_body.clone());
        let outcome = world.send(&mangled, &cx).map_err(problem)?;
        sound(&outcome).map_err(problem)?;
        if outcome.caller.is_none()
            && let Some(caller) = world.let_in(&world.request(head, body), &cx)?
            && let Some(outcome) = world.send_as(&caller, &mangled, &cx).map_err(problem)?
        {
            sound(&outcome).map_err(problem)?;
        }
        records::all_whole(&world).map_err(problem)?;
    }
    Ok(Fate::Answered)
}

/// Whether an answer is one that a damaged request may get.
fn sound(outcome: &Outcome) -> Result<(), String> {
    let status = outcome.answer.status().as_u16();
    if !(200..600).contains(&status) {
        return Err(format!("{status} is no status of a whole answer"));
    }
    match outcome.error {
        Some((code, Blame::Server)) => Err(format!("the dialect takes the blame: {code}")),
        Some((_, Blame::Client)) | None => Ok(()),
    }
}

/// The request with all the damage done; `None` if that is no HTTP request any more.
fn damage(head: &Parts, body: &Bytes, manglings: &[Mangling]) -> Option<(Parts, Bytes)> {
    let mut method = head.method.clone();
    let mut target = head.uri.to_string().into_bytes();
    let mut headers: Vec<_> = head
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), value.as_bytes().to_vec()))
        .collect();
    let mut body = body.to_vec();
    for mangling in manglings {
        match mangling {
            Mangling::Method(name) => method = Method::from_bytes(name.as_bytes()).ok()?,
            Mangling::Target(edit) => edit.apply(&mut target),
            Mangling::Body(edit) => edit.apply(&mut body),
            Mangling::NoBody => body.clear(),
            // The others are about headers, and there are none.
            _ if headers.is_empty() => {}
            Mangling::Header(which, edit) => {
                edit.apply(&mut which.get_mut(&mut headers).1);
            }
            Mangling::DropHeader(which) => {
                headers.remove(which.index(headers.len()));
            }
            Mangling::RepeatHeader(which, edit) => {
                let (name, mut value) = which.get(&headers).clone();
                edit.apply(&mut value);
                headers.push((name, value));
            }
            Mangling::SwapHeaders(one, other) => {
                let (one, other) = (one.index(headers.len()), other.index(headers.len()));
                let values = (headers.get(one)?.1.clone(), headers.get(other)?.1.clone());
                (headers.get_mut(one)?.1, headers.get_mut(other)?.1) = (values.1, values.0);
            }
        }
    }
    let mut request = http::Request::builder()
        .method(method)
        .uri(Uri::try_from(target).ok()?);
    for (name, value) in headers {
        request = request.header(name, HeaderValue::from_bytes(&value).ok()?);
    }
    let (head, ()) = request.body(()).ok()?.into_parts();
    Some((head, Bytes::from(body)))
}

#[cfg(test)]
#[path = "mangle_tests.rs"]
mod tests;
