"""keyPairFind, keyPairGet, keyPairDelete and jobGet."""

import datetime
import uuid

import httpx
import pytest

from conftest import assert_error
from errors import OTHER_PROJECT, OTHER_TOKEN, PROJECT, TOKEN


@pytest.fixture(scope="module")
def line(public_key):
    return public_key("rsa", 3072, "me@host")


def names(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [key_pair.name for key_pair in answer.parsed]


def counts(answer) -> tuple[str, str]:
    return answer.headers["x-total-count"], answer.headers["x-result-count"]


def test_a_key_pair_is_shown_as_it_was_made(client, line):
    tags = client.models.KeyPairInRequestTags.from_dict({"team": "infra"})
    before = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=5)
    created = client.create("shown", description="CI", tags=tags, public_key=line).parsed
    shown = client.get(created.id).parsed
    assert (shown.id, shown.h_ref, shown.public_key) == (created.id, created.h_ref, line)
    assert (shown.name, shown.description) == ("shown", "CI")
    assert shown.tags.to_dict() == {"team": "infra"}
    assert shown.provisioning_state == "active"
    assert shown.created_date == shown.last_modified_date
    assert before < shown.created_date < before + datetime.timedelta(minutes=1)


def test_what_was_not_given_is_not_shown(client, line):
    created = client.create("bare", public_key=line).parsed
    shown = client.get(created.id).parsed
    assert shown.description is client.unset and shown.tags is client.unset


def test_pages(client, line):
    for name in ("c", "a", "b"):
        assert client.create(name, public_key=line).status_code == 201
    # In the order of creation, unless two fell into one millisecond.
    assert sorted(names(client.find())) == ["a", "b", "c"]
    assert counts(client.find()) == ("3", "3")
    assert names(client.find(sort="name")) == ["a", "b", "c"]
    assert names(client.find(sort="-name")) == ["c", "b", "a"]
    page = client.find(sort="name", offset=2, limit=2)
    assert (names(page), counts(page)) == (["c"], ("3", "1"))
    past = client.find(offset=3)
    assert (names(past), counts(past)) == ([], ("3", "0"))
    assert names(client.find(name="b")) == ["b"]
    states = client.models.BasicStateEnum
    assert len(names(client.find(provisioning_state=states.ACTIVE))) == 3
    assert names(client.find(provisioning_state=states.DELETING)) == []


def test_a_wrong_query_is_refused(client):
    answer = client.find(limit=0)
    message = "Invalid query-string parameter value"
    assert_error(answer, 400, 28, message, 'Parameter "limit" is not valid.')


def test_zones_and_projects_do_not_see_each_other(client, operations, line):
    created = client.create("mine", public_key=line).parsed
    assert names(operations().find()) == []
    assert operations().get(created.id).status_code == 404


def test_a_deleted_key_pair_is_gone_and_its_name_free(client, line):
    created = client.create("gone", public_key=line).parsed
    answer = client.delete(created.id)
    assert (answer.status_code, answer.content) == (202, b"")
    assert answer.headers["content-length"] == "0"
    assert "content-type" not in answer.headers
    assert answer.headers["x-retry-after"] == "0"
    assert answer.headers["x-job-href"].startswith(f"/projects/{PROJECT}/jobs/")
    for again in (client.get(created.id), client.delete(created.id)):
        assert_error(
            again,
            404,
            60,
            "Resource not found",
            "The requested URI or the requested resource does not exist.",
        )
    assert client.create("gone", public_key=line).status_code == 201


def job_of(client, answer):
    """The job that an answer leads to."""
    href = answer.headers["x-job-href"]
    job = client.job(uuid.UUID(href.rpartition("/")[2])).parsed
    assert job.state == "completed" and job.h_ref == href and job.messages == []
    assert job.created_date == job.start_processing_date == job.end_processing_date
    return job


def test_creates_imports_and_deletes_leave_jobs(client, line):
    before = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=5)
    imported = client.create("job", public_key=line, x_requester_id="me")
    generated = client.create("made")
    deleted = client.delete(imported.parsed.id, x_requester_id="you")
    jobs = [job_of(client, answer) for answer in (imported, generated, deleted)]
    assert [job.description for job in jobs] == [
        "Create key pair job", "Create key pair made", "Delete key pair job"
    ]
    assert [job.requester_id for job in jobs] == ["me", "demo", "you"]
    assert all(before < job.created_date for job in jobs)
    # The job of a create is there when its key pair is gone.
    assert job_of(client, imported).description == "Create key pair job"


def test_a_refused_call_leaves_no_job(operations, client, line):
    count = lambda: client.jobs(limit=1).headers["x-total-count"]
    client.create("once", public_key=line)
    before = count()
    assert client.create("once", public_key=line).status_code == 400
    assert client.delete(uuid.uuid4()).status_code == 404
    assert count() == before


def test_jobs_are_found_in_their_project_alone(client, operations, line):
    newest = lambda client, **query: [
        job.description for job in client.jobs(sort="-createdDate", **query).parsed
    ]
    name = f"found-{uuid.uuid4().hex[:8]}"
    job = job_of(client, client.create(name, public_key=line))
    states = client.models.JobStateEnum
    assert f"Create key pair {name}" in newest(client, limit=1000)
    assert f"Create key pair {name}" in newest(client, state=[states.FAILED, states.COMPLETED])
    assert newest(client, state=[states.FAILED, states.IN_PROGRESS]) == []
    one = client.jobs(limit=1, offset=0)
    assert one.headers["x-result-count"] == "1" and len(one.parsed) == 1
    other = operations(token=OTHER_TOKEN, project=OTHER_PROJECT)
    assert f"Create key pair {name}" not in newest(other)
    assert other.job(job.id).status_code == 404


def test_head_is_get_without_a_body(client, line, url):
    href = client.create("head", public_key=line).parsed.h_ref
    authorization = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=url, headers=authorization) as http:
        head = http.head(href)
        assert (head.status_code, head.content) == (200, b"")
        assert "content-type" not in head.headers
        listing = http.head(href.rpartition("/")[0])
        assert counts(listing) == ("1", "1")
        assert http.head(href.rpartition("/")[0] + "/unknown").status_code == 400


def test_a_key_pair_cannot_be_changed(client, line, url):
    href = client.create("fixed", public_key=line).parsed.h_ref
    authorization = {"Authorization": f"Bearer {TOKEN}"}
    for method in ("PUT", "PATCH", "POST", "OPTIONS"):
        answer = httpx.request(method, f"{url}/v1{href}", headers=authorization)
        assert answer.status_code == 405 and answer.json()["code"] == 61
        assert answer.headers["allow"] == "GET, HEAD, DELETE"
