// SPDX-License-Identifier: LGPL-2.1-or-later
// repository.js FOLDER KEYTYPE: a repository made with @tufjs/models, at two times: FOLDER/1, and FOLDER/2 with new keys for root
// and timestamp and one more target. KEYTYPE: ed25519, ecdsa or rsa. test-interop.py says what is in it.
const crypto = require("crypto");
const fs = require("fs");
const path = require("path");
const tuf = require("@tufjs/models");

const [folder, keytype] = process.argv.slice(2);
const ROLE = "debian-12-x86-64";
const SCHEMES = { ed25519: "ed25519", ecdsa: "ecdsa-sha2-nistp256", rsa: "rsassa-pss-sha256" };
const expires = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString().replace(/\.\d+Z$/, "Z");

function makeKey() {
  const pair = { ed25519: () => crypto.generateKeyPairSync("ed25519"),
                 ecdsa: () => crypto.generateKeyPairSync("ec", { namedCurve: "P-256" }),
                 rsa: () => crypto.generateKeyPairSync("rsa", { modulusLength: 2048 }) }[keytype]();
  const value = keytype === "ed25519" ? pair.publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("hex")
                                      : pair.publicKey.export({ format: "pem", type: "spki" });
  const json = { keytype, scheme: SCHEMES[keytype], keyval: { public: value } };
  const keyID = crypto.createHash("sha256").update(JSON.stringify(json)).digest("hex");
  const options = keytype === "rsa" ? { key: pair.privateKey, padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
                                    : pair.privateKey;
  const sign = (data) => new tuf.Signature({
    keyID, sig: crypto.sign(keytype === "ed25519" ? null : "sha256", data, options).toString("hex") });
  return { keyID, sign, key: tuf.Key.fromJSON(keyID, json) };
}

function write(state, name, signed, ...keys) {
  const metadata = new tuf.Metadata(signed);
  for (const key of keys)
    metadata.sign(key.sign);
  const bytes = Buffer.from(JSON.stringify(metadata.toJSON()));
  fs.writeFileSync(path.join(folder, state, "metadata", name), bytes);
  return new tuf.MetaFile({ version: signed.version, length: bytes.length,
                            hashes: { sha256: crypto.createHash("sha256").update(bytes).digest("hex") } });
}

function addTarget(state, signed, name, text) {
  const content = Buffer.from(text);
  const sha256 = crypto.createHash("sha256").update(content).digest("hex");
  fs.writeFileSync(path.join(folder, state, "targets", ROLE, `${sha256}.${name}`), content);
  signed.addTarget(new tuf.TargetFile({ path: `${ROLE}/${name}`, length: content.length, hashes: { sha256 } }));
}

function makeRoot(version, keys) {
  const root = new tuf.Root({ version, expires, specVersion: "1.0.31", consistentSnapshot: true });
  for (const role of ["root", "timestamp", "snapshot", "targets"])
    root.addKey(keys[role].key, role);
  return root;
}

function publish(state, version, keys, targets, delegated) {
  const meta = { [`${ROLE}.json`]: write(state, `${version}.${ROLE}.json`, delegated, keys[ROLE]) };
  meta["targets.json"] = write(state, `${version}.targets.json`, targets, keys.targets);
  const snapshot = new tuf.Snapshot({ version, expires, specVersion: "1.0.31", meta });
  const snapshotMeta = write(state, `${version}.snapshot.json`, snapshot, keys.snapshot);
  write(state, "timestamp.json", new tuf.Timestamp({ version, expires, specVersion: "1.0.31", snapshotMeta }), keys.timestamp);
}

for (const state of ["1", "2"]) {
  fs.mkdirSync(path.join(folder, state, "metadata"), { recursive: true });
  fs.mkdirSync(path.join(folder, state, "targets", ROLE), { recursive: true });
}
const keys = {};
for (const role of ["root", "timestamp", "snapshot", "targets", ROLE])
  keys[role] = makeKey();
const delegation = { name: ROLE, keyids: [keys[ROLE].keyID], threshold: 1, terminating: true, paths: [`${ROLE}/*`] };
const targets = tuf.Targets.fromJSON({
  _type: "targets", version: 1, expires, spec_version: "1.0.31", targets: {},
  delegations: { keys: { [keys[ROLE].keyID]: keys[ROLE].key.toJSON() }, roles: [delegation] } });
const delegated = new tuf.Targets({ version: 1, expires, specVersion: "1.0.31" });
for (const state of ["1", "2"]) {
  addTarget(state, delegated, "one.json", "{\"one\": \"ä\"}");
  write(state, "1.root.json", makeRoot(1, keys), keys.root);
}
publish("1", 1, keys, targets, delegated);

const old = keys.root;
keys.root = makeKey();
keys.timestamp = makeKey();
write("2", "2.root.json", makeRoot(2, keys), old, keys.root);
targets.version = delegated.version = 2;
addTarget("2", delegated, "two.json", "{\"two\": 2}");
publish("2", 2, keys, targets, delegated);
