//! What callers get: the wire structs, and the headers that come with them.

use std::collections::BTreeMap;
use std::time::SystemTime;

use bytes::Bytes;
use dialect_api::{Response, empty_response, json_bytes, response, secret_json_bytes};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use http::{Method, StatusCode};
use jiff::Timestamp;
use keypair_core::KeyPair;
use serde::Serialize;

use crate::auth::ANONYMOUS;
use crate::ids;
use crate::jobs::Job;
use crate::request::job_search::COMPLETED;
use crate::request::resource::Zone;
use crate::request::search::ACTIVE;

/// The one content type of this cloud.
pub(crate) const JSON: &str = "application/json";

const JOB_HREF: HeaderName = HeaderName::from_static("x-job-href");
const JOB_RETRY_AFTER: HeaderName = HeaderName::from_static("x-retry-after");
const TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");
const RESULT_COUNT: HeaderName = HeaderName::from_static("x-result-count");

/// The body of a 201. Nothing else of the key pair is in it: seed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyPairCreated<'a> {
    id: &'a str,
    h_ref: &'a str,
    public_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key: Option<&'a str>,
}

/// A key pair as it is shown. Source: the vendor's documentation (members), section 5.1 of the
/// wire specification (order).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyPairView<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<&'a BTreeMap<String, String>>,
    id: String,
    h_ref: String,
    created_date: String,
    last_modified_date: String,
    last_requester_id: &'a str,
    provisioning_state: &'static str,
    public_key: &'a str,
}

/// A job. Source: the vendor's documentation (members).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JobView<'a> {
    id: &'a str,
    h_ref: String,
    state: &'static str,
    description: &'a str,
    created_date: String,
    requester_id: &'a str,
    start_processing_date: String,
    end_processing_date: String,
    messages: [&'a str; 0],
}

/// The answer to a create. `prefix` is what the caller's path had before `/projects`, so that
/// `Location` leads back by the same way; a body with a private key is wiped when it has been sent.
pub(crate) fn created(
    zone: &Zone,
    prefix: &str,
    job: &str,
    key_pair: &KeyPair,
    private_key: Option<&str>,
) -> Response {
    let id = ids::key_pair_id(key_pair.seed);
    let href = key_pair_href(zone, id.as_str());
    let body = KeyPairCreated {
        id: id.as_str(),
        h_ref: &href,
        public_key: key_pair.public.as_str(),
        private_key,
    };
    let bytes = match private_key {
        Some(_) => secret_json_bytes(&body),
        None => json_bytes(&body),
    };
    let mut answer = response(StatusCode::CREATED, JSON, bytes);
    insert(&mut answer, LOCATION, format!("{prefix}{href}"));
    announce_job(&mut answer, &zone.project, job);
    answer
}

/// One key pair.
pub(crate) fn shown(zone: &Zone, key_pair: &KeyPair) -> Response {
    response(StatusCode::OK, JSON, json_bytes(&view(zone, key_pair)))
}

/// A part of the key pairs of a zone, `total` of which fit the search.
pub(crate) fn found(zone: &Zone, total: u64, page: &[KeyPair]) -> Response {
    let views: Vec<_> = page.iter().map(|key_pair| view(zone, key_pair)).collect();
    let mut answer = response(StatusCode::OK, JSON, json_bytes(&views));
    count(&mut answer, total, page.len());
    answer
}

/// The answer to a delete: what was to be deleted is gone.
pub(crate) fn deleted(project: &str, job: &str) -> Response {
    let mut answer = empty_response(StatusCode::ACCEPTED);
    announce_job(&mut answer, project, job);
    answer
}

/// One job.
pub(crate) fn job_shown(project: &str, job: &Job) -> Response {
    response(StatusCode::OK, JSON, json_bytes(&job_view(project, job)))
}

/// A part of the jobs of a project, `total` of which fit the search.
pub(crate) fn jobs_found(project: &str, total: u64, page: &[Job]) -> Response {
    let views: Vec<_> = page.iter().map(|job| job_view(project, job)).collect();
    let mut answer = response(StatusCode::OK, JSON, json_bytes(&views));
    count(&mut answer, total, page.len());
    answer
}

/// What every answer has, whatever it is: nobody may store it, and an answer to `HEAD` has no body
/// and so no content type.
pub(crate) fn finish(mut answer: Response, method: &Method) -> Response {
    answer
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if method == Method::HEAD {
        answer.headers_mut().remove(CONTENT_TYPE);
        *answer.body_mut() = Bytes::new();
    }
    answer
}

/// Who made or last changed a key pair; one that came in through another dialect may not say.
pub(crate) fn requester(key_pair: &KeyPair) -> &str {
    let name = key_pair.attributes.last_changed_by.as_deref();
    name.unwrap_or(ANONYMOUS)
}

/// A time as it is shown and sorted by: whole milliseconds.
pub(crate) fn timestamp(time: SystemTime) -> Timestamp {
    let exact = Timestamp::try_from(time).unwrap_or(Timestamp::UNIX_EPOCH);
    Timestamp::from_millisecond(exact.as_millisecond()).unwrap_or(exact)
}

fn view<'a>(zone: &Zone, key_pair: &'a KeyPair) -> KeyPairView<'a> {
    let id = ids::key_pair_id(key_pair.seed);
    KeyPairView {
        name: key_pair.name.as_str(),
        description: key_pair.attributes.description.as_deref(),
        tags: key_pair.attributes.tags.as_ref(),
        h_ref: key_pair_href(zone, id.as_str()),
        id: id.as_str().to_owned(),
        created_date: date(key_pair.created_at),
        last_modified_date: date(key_pair.changed_at),
        last_requester_id: requester(key_pair),
        provisioning_state: ACTIVE,
        public_key: key_pair.public.as_str(),
    }
}

/// Work is done when its caller is answered, so a job begins and ends at once.
fn job_view<'a>(project: &str, job: &'a Job) -> JobView<'a> {
    let date = date(job.at);
    JobView {
        id: &job.id,
        h_ref: job_href(project, &job.id),
        state: COMPLETED,
        description: &job.description,
        created_date: date.clone(),
        requester_id: &job.requester,
        start_processing_date: date.clone(),
        end_processing_date: date,
        messages: [],
    }
}

/// UTC with exactly three fraction digits. Source: the vendor's documentation.
fn date(time: SystemTime) -> String {
    timestamp(time)
        .strftime("%Y-%m-%dT%H:%M:%S.%3fZ")
        .to_string()
}

/// Without `/v1`: seed. Names of projects and zones hold nothing that would need encoding.
fn key_pair_href(zone: &Zone, id: &str) -> String {
    format!(
        "/projects/{}/zones/{}/keypairs/{id}",
        zone.project, zone.name
    )
}

fn job_href(project: &str, job: &str) -> String {
    format!("/projects/{project}/jobs/{job}")
}

fn count(answer: &mut Response, total: u64, given: usize) {
    insert(answer, TOTAL_COUNT, total.to_string());
    insert(answer, RESULT_COUNT, given.to_string());
}

/// The job is done when the answer is sent, so there is nothing to wait for.
fn announce_job(answer: &mut Response, project: &str, job: &str) {
    insert(answer, JOB_HREF, job_href(project, job));
    answer
        .headers_mut()
        .insert(JOB_RETRY_AFTER, HeaderValue::from_static("0"));
}

/// The texts are paths and numbers of our own making, which a header can carry.
fn insert(answer: &mut Response, name: HeaderName, text: String) {
    if let Ok(value) = HeaderValue::try_from(text) {
        answer.headers_mut().insert(name, value);
    }
}
