// Every documented error, as openapi-fetch reports it with the types of openapi-typescript.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import createClient from "openapi-fetch";

import type { components, paths } from "./schema.d.ts";

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
  body: components["schemas"]["KeyPairInRequest"];
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
async function damaged(request: Request, damage: Case["damage"]): Promise<Request> {
  const headers = new Headers(request.headers);
  for (const [name, value] of Object.entries(damage.headers ?? {})) {
    headers.set(name, value);
  }
  const sent = await request.text();
  const body = damage.body ?? (sent === "" ? undefined : sent);
  const url = request.url.replace(...(damage.url ?? ["", ""]));
  return new Request(url, { method: damage.method ?? request.method, headers, body });
}

function call(one: Case) {
  const client = createClient<paths>({
    baseUrl: `${one.url}/v1`,
    headers: one.token === null ? {} : { Authorization: `Bearer ${one.token}` },
  });
  client.use({ onRequest: ({ request }) => damaged(request, one.damage) });
  const { query } = one;
  const header = { "X-API-Key": one.apiKey ?? undefined, "X-Requester-Id": one.requesterId ?? undefined };
  const project = { projectId: one.project };
  const zone = { ...project, zoneName: one.zone };
  const keyPair = { ...zone, keyPairId: one.keyPairId };
  const all = "/projects/{projectId}/zones/{zoneName}/keypairs";
  const single = "/projects/{projectId}/zones/{zoneName}/keypairs/{keyPairId}";
  switch (one.call) {
    case "keyPairCreate":
      return client.POST(all, { params: { path: zone, header }, body: one.body });
    case "keyPairFind":
      return client.GET(all, { params: { path: zone, query, header } });
    case "keyPairGet":
      return client.GET(single, { params: { path: keyPair, header } });
    case "keyPairDelete":
      return client.DELETE(single, { params: { path: keyPair, header } });
    case "jobGet":
      return client.GET("/projects/{projectId}/jobs/{jobId}", {
        params: { path: { ...project, jobId: one.jobId }, header },
      });
    case "jobFind":
      return client.GET("/projects/{projectId}/jobs", { params: { path: project, query, header } });
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
    const { error, response } = answer;
    assert.equal(response.status, status, JSON.stringify(error));
    // The type says that an error has a code, a message and perhaps a description.
    const reported: components["schemas"]["ErrorRepresentation"] | undefined = error;
    assert.deepEqual(reported, expected);
    for (const [name, value] of Object.entries(headers)) {
      assert.equal(response.headers.get(name), value);
    }
  });
}
