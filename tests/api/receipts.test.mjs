// Receipts as an outsider reads them: the Merkle and checkpoint code is sigstore's, the hashing is Node's own.
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { createHash, createPublicKey, verify } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"

const root = new URL("../..", import.meta.url).pathname
const peers = join(root, "tests/peers/node_modules/@sigstore/verify/dist/tlog")
const require = createRequire(import.meta.url)
const { verifyMerkleInclusion } = require(join(peers, "merkle.js"))
const { verifyCheckpoint } = require(join(peers, "checkpoint.js"))

const sha256 = (...parts) => parts.reduce((h, p) => h.update(p), createHash("sha256")).digest()
const dir = mkdtempSync(join(tmpdir(), "tongban-receipts-"))
let receipts

before(() => {
	const file = join(dir, "receipts")
	execFileSync(join(process.env.TB_BUILD ?? join(root, "build-test"), "src/ledger/log_test"), {
		env: { ...process.env, TB_RECEIPTS: file },
		stdio: "pipe",
	})
	receipts = readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line))
})
after(() => rmSync(dir, { recursive: true }))

function publicKey(receipt) {
	const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), Buffer.from(receipt.public_key, "base64")])
	return createPublicKey({ key: spki, format: "der", type: "spki" })
}

// The log as sigstore's trust root would have it; key id by signed-note.
function trusted(receipt) {
	const key = Buffer.from(receipt.public_key, "base64")
	return {
		baseURL: `https://${receipt.origin}`,
		logID: sha256(receipt.origin, "\n", Buffer.from([1]), key),
		publicKey: publicKey(receipt),
	}
}

// Takes a receipt apart by docs/ledger.md: tlog-proof is lines, an empty line, the checkpoint.
function tlogEntry(receipt) {
	const at = receipt.proof.indexOf("\n\n")
	const [head, index, ...hashes] = receipt.proof.slice(0, at).split("\n")
	assert.equal(head, "c2sp.org/tlog-proof@v1")
	return {
		canonicalizedBody: sha256(Buffer.from(receipt.salt, "base64"), receipt.entry),
		inclusionProof: {
			logIndex: index.replace(/^index /, ""),
			hashes: hashes.map((h) => Buffer.from(h, "base64")),
			checkpoint: { envelope: receipt.proof.slice(at + 2) },
		},
	}
}

function check(receipt) {
	const entry = tlogEntry(receipt)
	const checkpoint = verifyCheckpoint(entry, [trusted(receipt)])
	verifyMerkleInclusion(entry, checkpoint)
	return checkpoint
}

const proofs = () => receipts.filter((r) => r.proof)
const flip = (letter) => (letter === "A" ? "B" : "A")

test("sigstore's verifier accepts every proof that the ledger gives", () => {
	assert.ok(proofs().length >= 10)
	for (const r of proofs()) {
		const checkpoint = check(r)
		assert.equal(checkpoint.origin, r.origin)
		assert.ok(BigInt(r.leaf_index) < BigInt(checkpoint.logSize))
	}
	assert.ok(new Set(proofs().map((r) => r.leaf_index)).size > 5)
})

test("the entry in a receipt is canonical JSON that names person and number", () => {
	for (const r of receipts) {
		const entry = JSON.parse(r.entry)
		assert.equal(JSON.stringify(entry), r.entry)
		assert.equal(entry.subject, r.subject)
		assert.equal(entry.n, r.n)
		assert.equal(entry.log, r.origin)
		assert.equal(sha256(Buffer.from(r.salt, "base64"), r.entry).toString("base64"), r.data)
	}
})

test("sigstore's verifier refuses a forged entry, salt, index, hash, size and key", () => {
	const forgeries = {
		entry: (r) => ({ ...r, entry: r.entry.replace('"read"', '"sent"') }),
		salt: (r) => ({ ...r, salt: Buffer.alloc(16, 7).toString("base64") }),
		index: (r) => ({ ...r, proof: r.proof.replace(/\nindex (\d+)/, (_, i) => `\nindex ${BigInt(i) ^ 1n}`) }),
		hash: (r) => ({ ...r, proof: r.proof.replace(/(\nindex \d+\n)(.)/, (_, i, c) => i + flip(c)) }),
		dropped: (r) => ({ ...r, proof: r.proof.replace(/(\nindex \d+)\n.*\n/, "$1\n") }),
		size: (r) => ({ ...r, proof: r.proof.replace(/(\n\n.*\n)(\d+)/, (_, o, s) => `${o}${BigInt(s) + 1n}`) }),
		root: (r) => ({ ...r, proof: r.proof.replace(/(\n\n.*\n\d+\n)(.)/, (_, o, c) => o + flip(c)) }),
		key: (r) => ({ ...r, public_key: publicKeyOfSomebodyElse }),
	}
	for (const [name, forge] of Object.entries(forgeries))
		for (const r of proofs()) assert.throws(() => check(forge(r)), undefined, `${name} of ${r.n}`)
})
const publicKeyOfSomebodyElse = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" // RFC 8032, test 1

test("a promise verifies with nothing but the public key", () => {
	const promises = receipts.filter((r) => r.promise)
	assert.ok(promises.length > 0)
	for (const r of promises) {
		const text = `tongban promise v1\n${r.origin}\n${r.data}\n${r.promise.by}\n`
		const signature = Buffer.from(r.promise.signature, "base64")
		assert.equal(verify(null, Buffer.from(text), publicKey(r), signature), true)
		assert.equal(verify(null, Buffer.from(text.replace("2026", "2027")), publicKey(r), signature), false)
	}
})
