// A key pair's life through openapi-fetch with the types of openapi-typescript.
import assert from "node:assert/strict";
import { test } from "node:test";

import createClient from "openapi-fetch";

import type { components, paths } from "./schema.d.ts";

const { KEYGLOT_URL, ORANGE_TOKEN, ORANGE_PROJECT: projectId = "", ORANGE_ZONE: zoneName = "" } = process.env;
const publicKey = process.env.ORANGE_PUBLIC_KEY;
const client = createClient<paths>({
  baseUrl: `${KEYGLOT_URL}/v1`,
  headers: { Authorization: `Bearer ${ORANGE_TOKEN}` },
});
const all = "/projects/{projectId}/zones/{zoneName}/keypairs";
const single = "/projects/{projectId}/zones/{zoneName}/keypairs/{keyPairId}";
const path = { projectId, zoneName };

function data<T>(answer: { data?: T; error?: unknown }): T {
  assert.equal(answer.error, undefined);
  assert.ok(answer.data !== undefined);
  return answer.data;
}

async function jobOf(response: Response): Promise<components["schemas"]["Job"]> {
  const href = response.headers.get("X-Job-Href") ?? "";
  assert.equal(response.headers.get("X-Retry-After"), "0");
  const jobId = href.slice(href.lastIndexOf("/") + 1);
  const job = data(
    await client.GET("/projects/{projectId}/jobs/{jobId}", { params: { path: { projectId, jobId } } }),
  );
  assert.deepEqual([job.hRef, job.state, job.messages], [href, "completed", []]);
  assert.match(job.createdDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  return job;
}

test("a key pair's life", async () => {
  const first = await client.POST(all, { params: { path }, body: { name: "generated" } });
  const generated = data(first);
  assert.equal(generated.publicKey?.length, 724);
  assert.match(generated.privateKey ?? "", /^MIIJ..IBADANBgkqhkiG9w0BAQEFAASCC[A-Za-z0-9+/=]{3000}/);
  assert.equal(first.response.headers.get("Location"), `/v1${generated.hRef}`);
  assert.equal((await jobOf(first.response)).description, "Create key pair generated");

  const body = { name: "imported", description: "", tags: { team: "infra" }, publicKey };
  const imported = data(await client.POST(all, { params: { path }, body }));
  assert.equal(imported.publicKey, publicKey);
  assert.ok(!("privateKey" in imported));

  for (const [offset, name] of ["imported", "generated"].entries()) {
    const page = await client.GET(all, { params: { path, query: { sort: "-name", offset, limit: 1 } } });
    assert.deepEqual(data(page).map((keyPair) => keyPair.name), [name]);
    assert.equal(page.response.headers.get("X-Total-Count"), "2");
    assert.equal(page.response.headers.get("X-Result-Count"), "1");
  }
  const keyPair = { params: { path: { ...path, keyPairId: imported.id } } };
  const shown = data(await client.GET(single, keyPair));
  assert.deepEqual([shown.name, shown.description, shown.tags], ["imported", "", { team: "infra" }]);
  assert.equal(shown.provisioningState, "active");

  const deleted = await client.DELETE(single, keyPair);
  assert.equal(deleted.response.status, 202);
  const job = await jobOf(deleted.response);
  assert.equal(job.description, "Delete key pair imported");
  const query = { state: ["completed" as const, "failed" as const], sort: "-createdDate" };
  const found = data(await client.GET("/projects/{projectId}/jobs", { params: { path: { projectId }, query } }));
  assert.ok(found.some(({ id }) => id === job.id));
  assert.equal((await client.GET(single, keyPair)).response.status, 404);
  assert.equal((await client.POST(all, { params: { path }, body })).response.status, 201);
});
