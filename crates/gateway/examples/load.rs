//! The benchmarks' load generator: keeps a number of connections busy with requests from a file, one
//! at a time on each, and prints what it saw as one line of JSON.
//!
//! The file holds requests as they go over the wire, each behind its length (four bytes, little
//! endian). They are sent in turn and over again. Ten `@` in a request are replaced by a number that
//! no other request gets.

use std::cell::{Cell, RefCell};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::Parser;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

const PLACE: &[u8] = b"@@@@@@@@@@";
/// How often a connection sends the request that warms it up.
const WARM_UP: usize = 16;

#[derive(Debug, Parser)]
struct Options {
    /// The server, ADDR:PORT.
    server: String,
    /// The file of requests.
    requests: PathBuf,
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// How long requests are sent, if not their number is given.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// How many requests are sent; their connections are open before the first.
    #[arg(long)]
    count: Option<u64>,
    /// The first number that is put in.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// What no answer may hold.
    #[arg(long)]
    forbid: Option<String>,
    /// A file with a request that every connection sends a few times before the clock starts.
    #[arg(long)]
    warm_up: Option<PathBuf>,
}

/// What the connections share.
struct Run {
    server: String,
    requests: Vec<Request>,
    next: Cell<u64>,
    end: u64,
    until: Option<Instant>,
    forbid: Option<Vec<u8>>,
    failed: Cell<u64>,
    first_failure: RefCell<Option<String>>,
    /// Microseconds of each request.
    times: RefCell<Vec<u64>>,
}

struct Request {
    bytes: Vec<u8>,
    place: Option<usize>,
}

impl Run {
    /// The number of the next request, unless there are to be no more.
    fn take(&self) -> Option<u64> {
        let over = self.until.is_some_and(|until| Instant::now() >= until);
        let number = self.next.get();
        if over || number >= self.end {
            return None;
        }
        self.next.set(number + 1);
        Some(number)
    }

    fn write(&self, number: u64, buffer: &mut Vec<u8>) {
        let at = usize::try_from(number).unwrap_or_default() % self.requests.len();
        let Some(request) = self.requests.get(at) else {
            return;
        };
        buffer.clear();
        buffer.extend_from_slice(&request.bytes);
        if let Some(place) = request.place {
            let digits = format!("{number:010}");
            let places = buffer.iter_mut().skip(place);
            places.zip(digits.bytes()).for_each(|(to, from)| *to = from);
        }
    }

    fn check(&self, answer: &Answer, bytes: &[u8]) {
        let forbidden = self
            .forbid
            .as_deref()
            .is_some_and(|text| finds(bytes, text));
        if !(200..300).contains(&answer.status) || forbidden {
            self.failed.set(self.failed.get() + 1);
            let text = || String::from_utf8_lossy(bytes).into_owned();
            self.first_failure.borrow_mut().get_or_insert_with(text);
        }
    }
}

fn finds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|part| part == wanted)
}

struct Answer {
    status: u16,
    /// Bytes of head and body.
    length: usize,
    /// Whether the connection takes another request.
    stays: bool,
}

/// Reads the head of an answer; `None` if it is not all there. Bodies must have a length.
fn head(bytes: &[u8]) -> io::Result<Option<Answer>> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    let parsed = response.parse(bytes).map_err(io::Error::other)?;
    let httparse::Status::Complete(head) = parsed else {
        return Ok(None);
    };
    let value = |name: &str| {
        let mut headers = response.headers.iter();
        let found = headers.find(|header| header.name.eq_ignore_ascii_case(name));
        found.and_then(|header| std::str::from_utf8(header.value).ok())
    };
    let length = value("content-length").and_then(|text| text.trim().parse().ok());
    let closes = value("connection").is_some_and(|text| text.eq_ignore_ascii_case("close"));
    Ok(Some(Answer {
        status: response.code.unwrap_or_default(),
        length: head + length.unwrap_or(0_usize),
        stays: response.version == Some(1) && !closes,
    }))
}

async fn connect(server: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Sends a request and reads its answer, whose bytes are left in `answer`.
async fn exchange(
    stream: &mut TcpStream,
    request: &[u8],
    answer: &mut Vec<u8>,
) -> io::Result<Answer> {
    stream.write_all(request).await?;
    answer.clear();
    let mut found = None;
    loop {
        if stream.read_buf(answer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if found.is_none() {
            found = head(answer)?;
        }
        if let Some(whole) = found.take_if(|found| answer.len() >= found.length) {
            return Ok(whole);
        }
    }
}

async fn warm_up(stream: &mut TcpStream, request: &[u8]) -> io::Result<()> {
    let mut answer = Vec::new();
    for _ in 0..WARM_UP {
        let found = exchange(stream, request, &mut answer).await?;
        if !found.stays {
            return Err(io::Error::other(
                "the connection did not outlast the warm-up",
            ));
        }
    }
    Ok(())
}

async fn keep_busy(run: Rc<Run>, mut stream: TcpStream) -> io::Result<()> {
    let (mut request, mut answer) = (Vec::new(), Vec::with_capacity(64 * 1024));
    while let Some(number) = run.take() {
        run.write(number, &mut request);
        let started = Instant::now();
        let found = exchange(&mut stream, &request, &mut answer).await?;
        let time = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        run.times.borrow_mut().push(time);
        run.check(&found, &answer);
        if !found.stays {
            stream = connect(&run.server).await?;
        }
    }
    Ok(())
}

fn read_requests(path: &Path) -> io::Result<Vec<Request>> {
    let file = std::fs::read(path)?;
    let (mut rest, mut requests) = (&*file, Vec::new());
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(io::Error::other)?;
        let (request, behind) = behind
            .split_at_checked(length)
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        requests.push(Request {
            bytes: request.to_vec(),
            place: request.windows(PLACE.len()).position(|at| at == PLACE),
        });
        rest = behind;
    }
    Ok(requests)
}

async fn run(options: Options) -> io::Result<()> {
    let requests = read_requests(&options.requests)?;
    let warming = options.warm_up.as_deref().map(read_requests).transpose()?;
    let mut streams = Vec::new();
    for _ in 0..options.connections {
        streams.push(connect(&options.server).await?);
    }
    for request in warming.iter().flatten() {
        let all = streams.iter_mut();
        futures_util::future::try_join_all(all.map(|stream| warm_up(stream, &request.bytes)))
            .await?;
    }
    let started = Instant::now();
    let limit = started + Duration::from_secs_f64(options.seconds);
    let run = Rc::new(Run {
        server: options.server,
        requests,
        next: Cell::new(options.first),
        end: options
            .count
            .map_or(u64::MAX, |count| options.first + count),
        until: options.count.is_none().then_some(limit),
        forbid: options.forbid.map(String::into_bytes),
        failed: Cell::new(0),
        first_failure: RefCell::new(None),
        times: RefCell::new(Vec::new()),
    });
    let tasks = LocalSet::new();
    let busy: Vec<_> = streams
        .into_iter()
        .map(|stream| tasks.spawn_local(keep_busy(Rc::clone(&run), stream)))
        .collect();
    tasks
        .run_until(async {
            for one in busy {
                one.await.map_err(io::Error::other)??;
            }
            io::Result::Ok(())
        })
        .await?;
    let seconds = started.elapsed().as_secs_f64();
    let mut times = run.times.borrow_mut();
    times.sort_unstable();
    let at = |share: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a rank between none and all of a few million"
        )]
        let rank = (times.len() as f64 * share) as usize;
        times.get(rank.min(times.len().saturating_sub(1))).copied()
    };
    let report = serde_json::json!({
        "requests": times.len(),
        "next": run.next.get(),
        "seconds": seconds,
        "failed": run.failed.get(),
        "first_failure": *run.first_failure.borrow(),
        "p50_us": at(0.5),
        "p99_us": at(0.99),
        "max_us": at(1.0),
    });
    writeln!(io::stdout(), "{report}")
}

fn main() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(run(Options::parse()))
}
