"""Traces, as a collector receives them. The collector is a server of ours that keeps what comes; it is
decoded by OpenTelemetry's own definitions."""

import json
import urllib.request

import pytest
from conftest import HOUR, Operated, orange, until
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from otlp import Collector

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def value(of):
    return getattr(of, of.WhichOneof("value"))


class Spans:
    """What a collector has received."""

    def __init__(self):
        self.collector = Collector()

    def config(self, more: str = "") -> str:
        return f'{HOUR}log_format = "json"\n[traces]\nendpoint = "{self.collector.url}"\n{more}\n' + orange("the-token")

    @property
    def requests(self):
        for path, kind, body in self.collector.received:
            assert (path, kind) == ("/v1/traces", "application/x-protobuf")
            yield ExportTraceServiceRequest.FromString(body)

    def all(self):
        return [span for request in self.requests for resource in request.resource_spans
                for scope in resource.scope_spans for span in scope.spans]

    def called(self, name: str):
        return [span for span in self.all() if span.name == name]


@pytest.fixture
def spans():
    here = Spans()
    yield here
    here.collector.stop()


def attributes(span) -> dict:
    return {one.key: value(one.value) for one in span.attributes}


def create(gateway: Operated, name: str, **headers) -> int:
    return gateway.orange("the-token", "POST", json.dumps({"name": name}).encode(), **headers)


def test_a_call_is_told_step_by_step(operated, spans):
    gateway = operated(spans.config())
    assert create(gateway, "made") == 201
    # What operators ask is no call.
    assert urllib.request.urlopen(gateway.gateway.admin + "/readyz").status == 200
    gateway.stop()  # what waits is sent at the end
    [request] = spans.called("request")
    told = attributes(request)
    assert told["dialect"] == "orange" and told["operation"] == "create_key_pair"
    assert told["http.method"] == "POST" and told["http.status"] == 201
    assert (told["error.code"], told["blame"]) == ("ok", "none")
    assert told["tenant"] and len(told["request_id"]) == 36
    by_id = {span.span_id: span for span in spans.all()}
    parent = lambda span: by_id[span.parent_span_id].name
    assert parent(spans.called("authenticate")[0]) == parent(spans.called("call")[0]) == "request"
    [generate] = spans.called("generate")
    assert parent(generate) == "call"
    assert attributes(generate)["algorithm"] == "rsa" and attributes(generate)["bits"] == 4096
    [insert] = spans.called("store.insert")
    assert parent(insert) == "call" and attributes(insert)["backend"] == "memory"
    assert {span.trace_id for span in spans.all()} == {request.trace_id}
    [resource] = {json.dumps(attributes(one.resource), sort_keys=True)
                  for received in spans.requests for one in received.resource_spans}
    assert json.loads(resource)["service.name"] == "keyglot"
    assert json.loads(resource)["service.version"]
    lines = [json.loads(line) for line in gateway.log.splitlines()]
    [line] = [line for line in lines if "duration_ms" in line]
    assert line["trace_id"] == request.trace_id.hex()


def test_the_parent_of_the_header_is_the_parent(operated, spans):
    gateway = operated(spans.config("sample_ratio = 0.0"))
    assert gateway.orange("the-token", Traceparent=f"00-{TRACE}-{PARENT}-01") == 200
    gateway.stop()
    [request] = spans.called("request")
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE, PARENT)


def test_what_is_sampled_out_is_not_sent(operated, spans):
    gateway = operated(spans.config())
    assert gateway.orange("the-token", Traceparent=f"00-{TRACE}-{PARENT}-00") == 200
    assert gateway.orange("the-token") == 200
    gateway.stop()
    assert [span.trace_id.hex() != TRACE for span in spans.called("request")] == [True]


def test_with_a_ratio_of_nothing_only_what_callers_ask_for_is_sent(operated, spans):
    gateway = operated(spans.config("sample_ratio = 0.0"))
    assert [gateway.orange("the-token") for _ in range(5)] == [200] * 5
    gateway.stop()
    assert spans.all() == []


def test_an_error_says_whose_fault_it_is(operated, spans):
    gateway = operated(spans.config())
    assert gateway.orange("wrong-token") == 401
    gateway.stop()
    [request] = spans.called("request")
    told = attributes(request)
    assert (told["http.status"], told["blame"]) == (401, "client") and told["error.code"] != "ok"
    assert "tenant" not in told


def test_without_a_collector_nothing_is_sent_and_no_line_tells_of_a_trace(operated, spans):
    gateway = operated(HOUR + 'log_format = "json"\n' + orange("the-token"))
    assert gateway.orange("the-token", Traceparent=f"00-{TRACE}-{PARENT}-01") == 200
    gateway.stop()
    assert spans.collector.received == []
    assert "trace_id" not in gateway.log


def test_a_collector_that_is_away_costs_one_warning(operated, spans):
    spans.collector.stop()
    gateway = operated(spans.config())
    assert [gateway.orange("the-token") for _ in range(10)] == [200] * 10
    until(lambda: "traces could not be sent" in gateway.log, "a warning")
    assert [gateway.orange("the-token") for _ in range(10)] == [200] * 10
    assert gateway.gateway.stop() == 0
    assert gateway.log.count("traces could not be sent") == 1


def test_spans_are_sent_whatever_the_log_filter_says(operated, spans):
    gateway = operated(spans.config().replace("log_format", 'log_filter = "error"\nlog_format'))
    assert gateway.orange("the-token") == 200
    gateway.stop()
    assert len(spans.called("request")) == 1


def test_spans_hold_the_named_fields_and_no_others(operated, spans):
    gateway = operated(spans.config())
    assert create(gateway, "made") == 201
    assert gateway.orange("the-token", path="/v1/nothing?passphrase=secret") == 404
    gateway.stop()
    known = {"request_id", "dialect", "operation", "tenant", "http.method", "http.status", "error.code",
             "blame", "backend", "algorithm", "bits"}
    for span in spans.all():
        assert attributes(span).keys() <= known, span
        assert not span.events
