import assert from "node:assert/strict";
import test from "node:test";

import * as own from "./setup.mjs";
import { client, eachWay, fault, gateway, goesAfter, made, name, WAYS } from "./setup.mjs";

// The public key of the vendor's own sample.
const PUBLIC_KEY =
  "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDP0Yw2T4itUKOJQIK69c1Asy1UO88cxEbujR5Jbr0e/Ey1v4ZKAUzDnsBnFlf4" +
  "hKPA1YvMB8RBYj4GcLtM7PrKnBNNram8rgl73X/klOO8oqKv+J/XUA7KHH1Y6wcn1RTRTMdDHbGhW1q/UpfeylNTbf+wEIWhEfaL5FKQm4hqCw==";

eachWay("the whole life of a key pair", async (way, t) => {
  const c = client(way);
  const KeyName = name();
  const Tags = [
    { Key: "a b", Value: "x+y&z<>'~*()!" },
    { Key: "empty", Value: "" },
    { Key: "未", Value: "命名" },
  ];
  const created = await made(t, c, { KeyName, TagSpecification: [{ ResourceType: "keypair", Tags }] });
  assert.match(created.KeyId, /^skey-[a-z0-9]{8}$/);
  assert.match(created.PublicKey, /^ssh-rsa [A-Za-z0-9+/]+=* skey_\d{6,}$/);
  assert.match(created.PrivateKey, /^-----BEGIN RSA PRIVATE KEY-----\n[^-]+-----END RSA PRIVATE KEY-----\n$/);
  const { PrivateKey, ...shown } = created;
  const asked = { KeyIds: [created.KeyId], Filters: null };
  const seen = await c.DescribeKeyPairs(asked);
  assert.equal(seen.TotalCount, 1);
  assert.deepEqual(seen.KeyPairSet, [shown]);
  assert.deepEqual(seen.KeyPairSet[0].Tags, Tags);

  const changes = { KeyName: name(), Description: "any text, 密, up to 60" };
  await c.ModifyKeyPairAttribute({ KeyId: created.KeyId, ...changes });
  const changed = (await c.DescribeKeyPairs(asked)).KeyPairSet[0];
  assert.deepEqual(changed, { ...shown, ...changes });
  await c.ModifyKeyPairAttribute({ KeyId: created.KeyId, Description: "" });
  assert.equal((await c.DescribeKeyPairs(asked)).KeyPairSet[0].Description, "");

  const bound = { KeyIds: [created.KeyId], InstanceIds: ["ins-0000000a", "ins-0000000b"] };
  await c.AssociateInstancesKeyPairs({ ...bound, ForceStop: true });
  const whileBound = (await c.DescribeKeyPairs(asked)).KeyPairSet[0];
  assert.deepEqual(whileBound.AssociatedInstanceIds, bound.InstanceIds);
  await fault("InvalidParameterValue.KeyPairNotSupported", c.DeleteKeyPairs({ KeyIds: [created.KeyId] }));
  await c.DisassociateInstancesKeyPairs({ ...bound, ForceStop: false });

  await c.DeleteKeyPairs({ KeyIds: [created.KeyId] });
  assert.deepEqual((await c.DescribeKeyPairs(asked)).KeyPairSet, []);
});

eachWay("import", async (way, t) => {
  const c = client(way);
  const asked = { KeyName: name(), ProjectId: 1001, PublicKey: `${PUBLIC_KEY} me@example.test` };
  const { KeyId } = await c.ImportKeyPair(asked);
  goesAfter(t, KeyId);
  const [pair] = (await c.DescribeKeyPairs({ KeyIds: [KeyId] })).KeyPairSet;
  assert.equal(pair.PublicKey, asked.PublicKey);
  assert.equal(pair.ProjectId, 1001);
  await fault("InvalidPublicKey.Duplicate", c.ImportKeyPair({ ...asked, KeyName: name() }));
  await fault("InvalidPublicKey.Malformed", c.ImportKeyPair({ ...asked, KeyName: name(), PublicKey: "ssh-rsa" }));
});

test("pages and filters", async (t) => {
  const mark = name();
  const ids = [];
  for (let n = 0; n < 5; n += 1) {
    const TagSpecification = [{ ResourceType: "keypair", Tags: [{ Key: "mark", Value: mark }] }];
    ids.push((await made(t, client(), { KeyName: `${mark}_${n}`, TagSpecification })).KeyId);
  }
  for (const way of WAYS) {
    const c = client(way);
    const Filters = [{ Name: "key-name", Values: [mark] }];
    const pages = [];
    for (const Offset of [0, 2, 4]) {
      const page = await c.DescribeKeyPairs({ Filters, Offset, Limit: 2 });
      assert.equal(page.TotalCount, 5);
      pages.push(...page.KeyPairSet.map((pair) => pair.KeyId));
    }
    assert.deepEqual(pages.sort(), ids.sort());
    const count = async (...filters) => (await c.DescribeKeyPairs({ Filters: filters })).TotalCount;
    const byTag = { Name: "tag:mark", Values: ["x", mark] };
    assert.equal(await count(byTag, { Name: "tag-key", Values: ["mark"] }), 5);
    assert.equal(await count(byTag, { Name: "tag-value", Values: ["x"] }), 0);
    assert.equal(await count(byTag, { Name: "project-id", Values: ["1001"] }), 0);
    await fault("InvalidParameter", c.DescribeKeyPairs({ Filters, KeyIds: ids }));
  }
});

// Calls, and demands that the request id is spelled as on the legacy entry or as on the newer one.
async function callsThrough(c, isUpper) {
  const { RequestId } = await c.DescribeKeyPairs({ Limit: 1 });
  assert.equal(RequestId, isUpper ? RequestId.toUpperCase() : RequestId.toLowerCase());
}

eachWay("endpoints", async (way) => {
  const { port } = new URL(`http://${gateway}`);
  await callsThrough(client(way, { endpoint: gateway + own.LEGACY }), true);
  await callsThrough(client(way, { endpoint: `localhost:${port}`, agent: own.leadTo(gateway) }), false);
  await callsThrough(client(way, { endpoint: null, agent: own.leadTo(gateway) }), false);
  await callsThrough(client(way, { endpoint: "cvm.example.test", agent: own.leadTo(gateway) }), false);
  await callsThrough(client(way, { region: "" }), false);
  await callsThrough(client(way, { credential: { ...own.DEMO, token: "nobody asked for it" } }), false);
});

test("multipart", async (t) => {
  const KeyName = name();
  const form = { KeyName, ProjectId: "1001" };
  const answer = await client().request("CreateKeyPair", form, { multipart: true });
  goesAfter(t, answer.KeyPair.KeyId);
  assert.equal(answer.KeyPair.KeyName, KeyName);
  assert.equal(answer.KeyPair.ProjectId, 1001);
});

eachWay("regions and zones", async (way) => {
  const c = client(way);
  const { RegionSet } = await c.DescribeRegions();
  assert.ok(RegionSet.some((found) => found.Region === own.REGION && found.RegionState === "AVAILABLE"));
  const { ZoneSet } = await c.DescribeZones();
  assert.equal(ZoneSet[0].Zone, `${own.REGION}-1`);
});

test("tags", async (t) => {
  const { KeyId } = await made(t, client());
  const Resource = `qcs::cvm:${own.REGION}:uin/:keypair/${KeyId}`;
  for (const way of WAYS) {
    const c = own.tagClient(way);
    const value = `${way.sign} ${way.method}`;
    await c.request("ModifyResourceTags", {
      Resource,
      ReplaceTags: [{ TagKey: "way", TagValue: value }],
      DeleteTags: [{ TagKey: "absent" }],
    });
    const answer = await c.request("DescribeResourceTagsByResourceIds", {
      ServiceType: "cvm",
      ResourcePrefix: "keypair",
      ResourceIds: [KeyId],
      ResourceRegion: own.REGION,
    });
    assert.deepEqual([answer.TotalCount, answer.Offset, answer.Limit], [1, 0, 15]);
    assert.equal(answer.Tags[0].TagValue, value);
  }
});
