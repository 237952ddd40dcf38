// The vendor's Node SDK, unmodified.
//
// KEYGLOT_URL is the address of a gateway with the demo accounts and no rate limit.
// KEYGLOT_STRICT_URL is one whose quota is 1 key pair, that allows 2 calls a second, and that takes
// timestamps of up to 5 seconds ago.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import http from "node:http";
import net from "node:net";
import { createRequire } from "node:module";
import test from "node:test";

const require = createRequire(import.meta.url);
const { cvm } = require("tencentcloud-sdk-nodejs-cvm");
const { CommonClient } = require("tencentcloud-sdk-nodejs-common");

export const DEMO = {
  secretId: "AKIDkeyglotdemo00000000000000000000",
  secretKey: "keyglotdemosecretkey000000000000",
};
export const REGION = "ap-guangzhou";
export const LEGACY = "/v2/index.php";

// Every way of signing and sending that the SDK has.
export const WAYS = ["TC3-HMAC-SHA256", "HmacSHA256", "HmacSHA1"].flatMap((sign) =>
  ["POST", "GET"].map((method) => ({ sign, method }))
);

// One test for each way.
export function eachWay(title, check) {
  for (const way of WAYS) test(`${title}: ${way.sign} ${way.method}`, (t) => check(way, t));
}

export const gateway = new URL(process.env.KEYGLOT_URL).host;
export const strict = new URL(process.env.KEYGLOT_STRICT_URL).host;

export function settings(way, { endpoint = gateway, ...http } = {}) {
  const httpProfile = { endpoint, protocol: "http://", reqMethod: way.method, ...http };
  return { signMethod: way.sign, httpProfile };
}

export function client(way = WAYS[0], { credential = DEMO, region = REGION, ...http } = {}) {
  return new cvm.v20170312.Client({ credential, region, profile: settings(way, http) });
}

export function tagClient(way) {
  return new CommonClient("tag.tencentcloudapi.com", "2018-08-13", {
    credential: DEMO,
    region: REGION,
    profile: settings(way),
  });
}

// An agent that connects to one address, whatever host the call is for, as a name server would.
export function leadTo(address) {
  const { hostname, port } = new URL(`http://${address}`);
  const agent = new http.Agent();
  agent.createConnection = () => net.connect({ host: hostname, port });
  return agent;
}

// A name of a key pair that no earlier run has used.
export const name = () => "n_" + randomBytes(8).toString("hex");

// A key pair that goes when the test ends.
export async function made(t, c, parameters = {}) {
  const answer = await c.CreateKeyPair({ KeyName: name(), ProjectId: 0, ...parameters });
  goesAfter(t, answer.KeyPair.KeyId);
  return answer.KeyPair;
}

export function goesAfter(t, keyId) {
  t.after(async () => {
    try {
      await client().DeleteKeyPairs({ KeyIds: [keyId] });
    } catch (error) {
      if (error.code !== "InvalidKeyPairId.NotFound") throw error;
    }
  });
}

// Demands the SDK's error with a code, and gives its message.
export async function fault(code, call) {
  const error = await call.then(
    () => assert.fail(`there was no ${code}`),
    (thrown) => thrown
  );
  assert.equal(error.code, code, error.message);
  assert.match(error.requestId, /^[0-9A-Fa-f-]{36}$/);
  assert.match(error.traceId, /^[0-9a-f-]{36}$/);
  return error.message;
}
