// A key pair's life through the client that openapi-generator makes for TypeScript.
import assert from "node:assert/strict";
import { test } from "node:test";

import { BasicStateEnum, Configuration, JobApi, JobStateEnum, KeyPairApi, ResponseError } from "./client/index.js";
import type { ApiResponse, Job } from "./client/index.js";

const { KEYGLOT_URL, ORANGE_TOKEN, ORANGE_PROJECT: projectId = "", ORANGE_ZONE: zoneName = "" } = process.env;
const publicKey = process.env.ORANGE_PUBLIC_KEY;
const configuration = new Configuration({
  basePath: `${KEYGLOT_URL}/v1`,
  headers: { Authorization: `Bearer ${ORANGE_TOKEN}` },
});
const keyPairs = new KeyPairApi(configuration);
const jobs = new JobApi(configuration);
const zone = { projectId, zoneName };

async function jobOf(answer: ApiResponse<unknown>): Promise<Job> {
  const href = answer.raw.headers.get("X-Job-Href") ?? "";
  assert.equal(answer.raw.headers.get("X-Retry-After"), "0");
  const job = await jobs.jobGet({ projectId, jobId: href.slice(href.lastIndexOf("/") + 1) });
  assert.equal(job.hRef, href);
  assert.equal(job.state, JobStateEnum.Completed);
  assert.deepEqual(job.messages, []);
  assert.deepEqual(job.createdDate, job.endProcessingDate);
  return job;
}

test("a key pair's life", async () => {
  const first = await keyPairs.keyPairCreateRaw({ ...zone, keyPairInRequest: { name: "generated" } });
  const generated = await first.value();
  assert.equal(generated.publicKey?.length, 724);
  assert.match(generated.privateKey ?? "", /^MIIJ..IBADANBgkqhkiG9w0BAQEFAASCC[A-Za-z0-9+/=]{3000}/);
  assert.equal(first.raw.headers.get("Location"), `/v1${generated.hRef}`);
  assert.equal((await jobOf(first)).description, "Create key pair generated");

  const wanted = { name: "imported", description: "", tags: { team: "infra" }, publicKey };
  const imported = await keyPairs.keyPairCreate({ ...zone, keyPairInRequest: wanted });
  assert.equal(imported.publicKey, publicKey);
  assert.equal(imported.privateKey, undefined);

  for (const [offset, name] of ["imported", "generated"].entries()) {
    const page = await keyPairs.keyPairFindRaw({ ...zone, sort: "-name", offset, limit: 1 });
    assert.deepEqual((await page.value()).map((keyPair) => keyPair.name), [name]);
    assert.equal(page.raw.headers.get("X-Total-Count"), "2");
    assert.equal(page.raw.headers.get("X-Result-Count"), "1");
  }
  const keyPair = { ...zone, keyPairId: imported.id };
  const shown = await keyPairs.keyPairGet(keyPair);
  assert.deepEqual([shown.name, shown.description, shown.tags], ["imported", "", { team: "infra" }]);
  assert.equal(shown.provisioningState, BasicStateEnum.Active);
  assert.ok(shown.createdDate.getTime() > Date.now() - 60_000);

  const deleted = await keyPairs.keyPairDeleteRaw(keyPair);
  assert.equal(deleted.raw.status, 202);
  const job = await jobOf(deleted);
  assert.equal(job.description, "Delete key pair imported");
  const state = [JobStateEnum.Completed, JobStateEnum.Failed];
  const found = await jobs.jobFind({ projectId, state, sort: "-createdDate" });
  assert.ok(found.some(({ id }) => id === job.id));
  await assert.rejects(
    keyPairs.keyPairGet(keyPair),
    (error) => error instanceof ResponseError && error.response.status === 404,
  );
  await keyPairs.keyPairCreate({ ...zone, keyPairInRequest: wanted });
});
