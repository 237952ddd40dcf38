import assert from "node:assert/strict";
import test from "node:test";

import * as own from "./setup.mjs";
import { client, eachWay, fault, made, name, WAYS } from "./setup.mjs";

const pair = (KeyName, ProjectId = 0) => ({ KeyName, ProjectId });

eachWay("faults of credentials", async (way) => {
  const wrong = client(way, { credential: { ...own.DEMO, secretKey: "another key" } });
  assert.equal(
    await fault("AuthFailure.SignatureFailure", wrong.CreateKeyPair(pair(name()))),
    "The provided credentials could not be validated. Please check your signature is correct."
  );
  const unknown = client(way, { credential: { ...own.DEMO, secretId: "AKIDnobody" } });
  assert.equal(
    await fault("AuthFailure.SecretIdNotFound", unknown.CreateKeyPair(pair(name()))),
    "The SecretId is not found, please ensure that your SecretId is correct."
  );
});

eachWay("a clock that is wrong", async (way, t) => {
  for (const minutes of [-6, 6]) {
    t.mock.timers.enable({ apis: ["Date"], now: Date.now() + minutes * 60_000 });
    const text = await fault("AuthFailure.SignatureExpire", client(way).CreateKeyPair(pair(name())));
    assert.match(text, /^Signature expired\. Please use local time and enable NTP service/);
    t.mock.timers.reset();
  }
});

test("a call without signature", async () => {
  const call = client().request("DescribeKeyPairs", {}, { skipSign: true });
  await fault("AuthFailure.InvalidAuthorization", call);
});

eachWay("faults of names", async (way, t) => {
  const c = client(way);
  const taken = name();
  await made(t, c, { KeyName: taken });
  const long = "a".repeat(26);
  const cases = [
    [taken, "InvalidKeyPairName.Duplicate", `The specified key pair name \`${taken}\` already exists.`],
    [
      long,
      "InvalidKeyPairNameTooLong",
      `The specified key pair name \`${long}\` is too long, more than \`25\` characters.`,
    ],
    [
      "my-key",
      "InvalidKeyPairNameIncludeIllegalChar",
      "The specified key pair name `my-key` is include illegal character `-`.",
    ],
    [
      "密 钥",
      "InvalidKeyPairNameIncludeIllegalChar",
      "The specified key pair name `密 钥` is include illegal character `密`.",
    ],
    ["", "InvalidKeyPairNameEmpty", "The specified key pair name is empty."],
  ];
  for (const [KeyName, code, text] of cases) {
    assert.equal(await fault(code, c.CreateKeyPair(pair(KeyName))), text);
  }
});

eachWay("faults of parameters", async (way) => {
  const c = client(way);
  assert.equal(
    await fault("MissingParameter", c.CreateKeyPair({ KeyName: "a" })),
    "The request is missing a required parameter `ProjectId`."
  );
  assert.equal(
    await fault("UnknownParameter", c.CreateKeyPair({ ...pair("a"), DryRun: true })),
    "The parameter `DryRun` is not recognized."
  );
  const strange = { Filters: [{ Name: "key-name", Values: ["x"], Foo: "y" }] };
  assert.equal(
    await fault("UnknownParameter", c.DescribeKeyPairs(strange)),
    "The parameter `Filters.0.Foo` is not recognized."
  );
  assert.equal(
    await fault("InvalidProjectId.NotFound", c.CreateKeyPair(pair(name(), 7))),
    "The specified project id `7` does not exist."
  );
  assert.equal(
    await fault("InvalidParameter", c.CreateKeyPair(pair("a", "zero"))),
    "The value type of parameter `ProjectId` is not valid."
  );
  await fault("InvalidAction", c.request("RunNothing", {}));
});

eachWay("faults of lists", async (way) => {
  const c = client(way);
  const cases = [
    ["InvalidFilter", { Filters: [{ Name: "colour", Values: ["x"] }] }],
    ["InvalidFilterValue.LimitExceeded", { Filters: [{ Name: "key-name", Values: [..."123456"] }] }],
    ["InvalidParameterValueLimit", { Limit: 101 }],
    ["InvalidParameterValueOffset", { Offset: -1 }],
    ["InvalidKeyPairId.Malformed", { KeyIds: ["skey-1"] }],
    ["InvalidParameterValue.LimitExceeded", { KeyIds: Array(101).fill("skey-zzzzzzzz") }],
  ];
  for (const [code, parameters] of cases) await fault(code, c.DescribeKeyPairs(parameters));
  await fault("InvalidKeyPairId.NotFound", c.DeleteKeyPairs({ KeyIds: ["skey-zzzzzzzz"] }));
  await fault("MissingParameter", c.DeleteKeyPairs({ KeyIds: [] }));
});

test("types are held to in JSON", async () => {
  await fault("InvalidParameter", client().CreateKeyPair(pair("a", "0")));
});

test("the trace id comes back", async () => {
  const traceId = "0123abcd-0000-4000-8000-0123456789ab";
  const c = client(WAYS[0], { headers: { "X-TC-TraceId": traceId } });
  await assert.rejects(c.DeleteKeyPairs({}), { code: "MissingParameter", traceId });
});

test("quota", async () => {
  const c = client(WAYS[0], { endpoint: own.strict });
  const { KeyPair } = await c.CreateKeyPair(pair(name()));
  for (const way of WAYS) {
    await new Promise((done) => setTimeout(done, 600)); // two calls a second
    const another = client(way, { endpoint: own.strict }).CreateKeyPair(pair(name()));
    assert.equal(
      await fault("InvalidKeyPair.LimitExceeded", another),
      "The number of key pairs exceeds the limit `1`."
    );
  }
  await c.DeleteKeyPairs({ KeyIds: [KeyPair.KeyId] });
});

eachWay("rate limit", async (way) => {
  const c = client(way, { endpoint: own.strict });
  const hurry = async () => {
    for (let n = 0; n < 50; n += 1) await c.DescribeKeyPairs({});
  };
  assert.equal(
    await fault("RequestLimitExceeded", hurry()),
    "Your current request times equals to `3` in a second, which exceeds the frequency limit `2` for a " +
      "second. Please reduce the frequency of calls."
  );
  await c.DescribeZones({}); // another action, another count
  await new Promise((done) => setTimeout(done, 1000));
});
