// Every documented error, as the client that openapi-generator makes for TypeScript reports it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  Configuration,
  ErrorRepresentationFromJSON,
  JobApi,
  KeyPairApi,
  ResponseError,
  instanceOfErrorRepresentation,
} from "./client/index.js";
import type { FetchParams, KeyPairInRequest, RequestContext } from "./client/index.js";

// A line of the table that all clients share: a call, what is done to its request on the way out,
// and the error that the client must then report.
interface Case {
  name: string;
  url: string;
  call: "keyPairCreate" | "keyPairFind" | "keyPairGet" | "keyPairDelete" | "jobGet" | "jobFind";
  project: string;
  zone: string;
  keyPairId: string;
  jobId: string;
  token: string | null;
  apiKey: string | null;
  requesterId: string | null;
  calls: number;
  body: KeyPairInRequest;
  query: { limit?: number; sort?: string };
  damage: { method?: string; headers?: Record<string, string>; body?: string; url?: [string, string] };
  expect: {
    status: number;
    code: number;
    message: string;
    description: string;
    headers: Record<string, string>;
  };
}

// What a well-behaved client would not send.
function damaged({ damage }: Case) {
  return async ({ url, init }: RequestContext): Promise<FetchParams> => {
    const headers = new Headers(init.headers);
    for (const [name, value] of Object.entries(damage.headers ?? {})) {
      headers.set(name, value);
    }
    const method = damage.method ?? init.method;
    const body = damage.body ?? init.body;
    return { url: url.replace(...(damage.url ?? ["", ""])), init: { ...init, method, headers, body } };
  };
}

async function call(one: Case): Promise<Response> {
  const configuration = new Configuration({
    basePath: `${one.url}/v1`,
    headers: one.token === null ? {} : { Authorization: `Bearer ${one.token}` },
    middleware: [{ pre: damaged(one) }],
  });
  const keyPairs = new KeyPairApi(configuration);
  const jobs = new JobApi(configuration);
  const callers = { xAPIKey: one.apiKey ?? undefined, xRequesterId: one.requesterId ?? undefined };
  const project = { projectId: one.project, ...callers };
  const zone = { zoneName: one.zone, ...project };
  const keyPair = { keyPairId: one.keyPairId, ...zone };
  const answers = {
    keyPairCreate: () => keyPairs.keyPairCreateRaw({ ...zone, keyPairInRequest: one.body }),
    keyPairFind: () => keyPairs.keyPairFindRaw({ ...zone, ...one.query }),
    keyPairGet: () => keyPairs.keyPairGetRaw(keyPair),
    keyPairDelete: () => keyPairs.keyPairDeleteRaw(keyPair),
    jobGet: () => jobs.jobGetRaw({ ...project, jobId: one.jobId }),
    jobFind: () => jobs.jobFindRaw({ ...project, ...one.query }),
  };
  try {
    return (await answers[one.call]()).raw;
  } catch (error) {
    assert.ok(error instanceof ResponseError, `${error}`);
    return error.response;
  }
}

const cases: Case[] = JSON.parse(readFileSync("cases.json", "utf8"));
for (const one of cases) {
  test(one.name, async () => {
    let answer = await call(one);
    for (let again = 1; again < one.calls; again++) {
      answer = await call(one);
    }
    const { status, headers, ...expected } = one.expect;
    const body = await answer.json();
    assert.equal(answer.status, status, JSON.stringify(body));
    assert.ok(instanceOfErrorRepresentation(body));
    assert.deepEqual(ErrorRepresentationFromJSON(body), expected);
    for (const [name, value] of Object.entries(headers)) {
      assert.equal(answer.headers.get(name), value);
    }
  });
}
