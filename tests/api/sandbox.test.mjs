// The sandbox as a server and a test see it. Signatures are made and checked by Node's own crypto, not by this project's code.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sandboxBinary, until } from './helpers.mjs';

const program = process.env.TONGBAN_SANDBOX ?? sandboxBinary;
let child, base, dir, client, serverKey;

const rawPublic = (key) => key.export({ type: 'spki', format: 'der' }).subarray(-32);
const publicFromRaw = (raw) =>
	createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]), type: 'spki', format: 'der' });
const digest = (body) => `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;

function start() {
	return new Promise((resolve, reject) => {
		child = spawn(program, ['--data', join(dir, 'data'), '--port', '0', '--client-key', join(dir, 'client.pub')]);
		child.stdout.once('data', (line) => resolve(String(line).trim().replace('localhost', '127.0.0.1')));
		child.stderr.on('data', (text) => process.stderr.write(text));
		child.once('error', reject);
		child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
	});
}

function stop() {
	return new Promise((resolve) => {
		child.removeAllListeners('exit');
		child.once('exit', (code) => resolve(code));
		child.kill('SIGTERM');
	});
}

before(async () => {
	dir = mkdtempSync(join(tmpdir(), 'sandbox-'));
	client = generateKeyPairSync('ed25519');
	writeFileSync(join(dir, 'client.pub'), rawPublic(client.publicKey).toString('base64') + '\n');
	base = await start();
	serverKey = publicFromRaw(Buffer.from(readFileSync(join(dir, 'data', 'sandbox.pub'), 'utf8'), 'base64'));
});

after(async () => {
	assert.equal(await stop(), 0);
	rmSync(dir, { recursive: true });
});

// RFC 9421: the request's method, path and digest.
function signed(method, path, body, { key = client.privateKey, now = Date.now() } = {}) {
	const params = `("@method" "@path" "content-digest");created=${Math.floor(now / 1000)};keyid="tongban";alg="ed25519"`;
	const text = `"@method": ${method}\n"@path": ${path}\n"content-digest": ${digest(body)}\n"@signature-params": ${params}`;
	return {
		'content-digest': digest(body),
		'signature-input': `sig=${params}`,
		signature: `sig=:${sign(null, Buffer.from(text), key).toString('base64')}:`,
	};
}

function answerVerifies(response, method, path, body) {
	const params = response.headers.get('signature-input')?.match(/^sig=(.*)$/)[1];
	if (!params) return false;
	if (response.headers.get('content-digest') !== digest(body)) return false;
	const values = { '"@status"': response.status, '"content-digest"': digest(body), '"@method";req': method, '"@path";req': path };
	const covered = params.match(/^\((.*?)\)/)[1].split(' ');
	assert.equal(covered.length, 4);
	const text = covered.map((name) => `${name}: ${values[name]}\n`).join('') + `"@signature-params": ${params}`;
	const signature = Buffer.from(response.headers.get('signature').match(/^sig=:(.*):$/)[1], 'base64');
	return verify(null, Buffer.from(text), serverKey, signature);
}

async function call(method, path, data, { headers = {}, ...options } = {}) {
	const body = data === undefined ? '' : JSON.stringify(data);
	const response = await fetch(base + path, {
		method,
		headers: { ...signed(method, path, body, options), ...headers },
		body: method === 'GET' ? undefined : body,
	});
	const text = await response.text();
	return { status: response.status, data: text ? JSON.parse(text) : null, verifies: answerVerifies(response, method, path, text) };
}

async function control(method, path, data) {
	const response = await fetch(base + '/control' + path, { method, body: data && JSON.stringify(data) });
	return { status: response.status, data: await response.json() };
}

const people = async (query) => (await control('GET', `/people?${query}`)).data.items;
const now = async () => (await control('GET', '/clock')).data.now_ms;

test('a request without a signature, with a changed body or by another key is refused with 401', async () => {
	const path = '/authorities/population/verify';
	const body = JSON.stringify({ real_name: '王示例', id_number: 'x' });
	const post = (headers, sent = body) => fetch(base + path, { method: 'POST', body: sent, headers });
	assert.equal((await post({})).status, 401);
	assert.equal((await post(signed('POST', path, body), body.replace('x', 'y'))).status, 401);
	assert.equal((await post(signed('POST', '/authorities/population/other', body))).status, 401);
	assert.equal((await post(signed('POST', path, body, { key: generateKeyPairSync('ed25519').privateKey }))).status, 401);
	assert.equal((await post(signed('POST', path, body, { now: Date.now() - 3600_000 }))).status, 401);
	assert.equal((await post(signed('POST', path, body))).status, 200);
});

test('people can be chosen by age, city, insurance and minority', async () => {
	const minors = await people('minor=true&city=tianjin&limit=5');
	assert.equal(minors.length, 5);
	for (const p of minors) {
		assert.ok(p.age < 18 && p.minor);
		assert.match(p.resident_id_number, /^1299\d{13}[\dX]$/);
		assert.equal(p.bank_card_number, undefined);
	}
	for (const p of await people('age_gte=30&age_lt=40&insured=false&city=nantong&limit=5')) {
		assert.ok(p.age >= 30 && p.age < 40 && !p.insured);
		assert.match(p.resident_id_number, /^3299/);
		assert.match(p.mobile_phone, /^12\d{9}$/);
		assert.match(p.bank_card_number, /^629999\d{13}$/);
		for (const key of ['real_name', 'gender', 'id_expiry', 'email', 'bank_reserved_mobile', 'birth']) assert.ok(p[key], key);
	}
});

test('the population register matches the right facts, names the wrong ones and tells a minor', async () => {
	const [p] = await people('age_gte=20&limit=1');
	const facts = { real_name: p.real_name, id_type: 'resident_card', id_number: p.id_number, id_expiry: p.id_expiry };
	let answer = await call('POST', '/authorities/population/verify', facts);
	assert.deepEqual(answer.data, { match: true, mismatch: [], minor: false });
	assert.ok(answer.verifies, 'the answer is signed');
	answer = await call('POST', '/authorities/population/verify', { ...facts, real_name: '不是他', id_expiry: '2001-01-01' });
	assert.deepEqual(answer.data, { match: false, mismatch: ['real_name', 'id_expiry'], minor: false });
	answer = await call('POST', '/authorities/population/verify', { ...facts, id_number: '129901199001010000' });
	assert.equal(answer.data.match, false);
	const [minor] = await people('minor=true&limit=1');
	answer = await call('POST', '/authorities/population/verify', { real_name: minor.real_name, id_number: minor.id_number });
	assert.deepEqual(answer.data, { match: true, mismatch: [], minor: true });
});

test('the bank-card check compares four items', async () => {
	const [p] = await people('age_gte=25&limit=1&skip=3');
	const four = {
		real_name: p.real_name,
		resident_id_number: p.resident_id_number,
		bank_card_number: p.bank_card_number,
		bank_reserved_mobile: p.bank_reserved_mobile,
	};
	assert.equal((await call('POST', '/authorities/bankcard/verify', four)).data.match, true);
	for (const key of Object.keys(four)) {
		const wrong = await call('POST', '/authorities/bankcard/verify', { ...four, [key]: '0' });
		assert.deepEqual([wrong.data.match, wrong.data.mismatch], [false, [key]]);
	}
});

test('a register compares what it holds and answers what is wanted, as text or as a table', async () => {
	const [p] = await people('insured=true&age_gte=25&limit=1');
	const query = { service: 's', ref: 'r', items: { real_name: p.real_name, resident_id_number: p.resident_id_number } };
	let answer = await call('POST', '/authorities/social_insurance/query', { ...query, wanted: ['social_security_payment', 'card_no'] });
	assert.equal(answer.data.match, true);
	assert.equal(answer.data.items.card_no, p.card_no);
	const table = answer.data.items.social_security_payment;
	assert.equal(table.rows.length, 12);
	assert.ok(table.rows.every((row) => row.length === table.columns.length));
	query.items.real_name = '别人';
	answer = await call('POST', '/authorities/social_insurance/query', { ...query, wanted: ['card_no'] });
	assert.deepEqual(answer.data, { match: false, mismatch: ['real_name'] });
	answer = await call('POST', '/authorities/weather_bureau/query', { service: 's', ref: 'r', items: { location: '39,117' }, wanted: ['public_info'] });
	assert.match(answer.data.items.public_info, /℃/);
});

test('every message can be read, newest first, by phone', async () => {
	await call('POST', '/authorities/sms/messages', { to: '12000000001', text: '验证码 123456', ref: 'a' });
	await call('POST', '/authorities/sms/messages', { to: '12000000001', text: '验证码 654321', ref: 'b' });
	await call('POST', '/authorities/sms/messages', { to: '12000000002', text: '<b>', ref: 'c' });
	const { data } = await control('GET', '/sms?phone=12000000001');
	assert.deepEqual(data.items.map((m) => m.text), ['验证码 654321', '验证码 123456']);
	const page = await (await fetch(base + '/sms')).text();
	assert.ok(page.includes('<b class="code">654321</b>') && page.includes('&lt;b&gt;'));
	assert.match(await (await fetch(base + '/')).text(), /身份证号/);
});

test('a repeated request is executed once, and with another body refused', async () => {
	const message = { to: '12000000003', text: '一次', ref: 'x' };
	const headers = { 'idempotency-key': 'k1' };
	const first = await call('POST', '/authorities/sms/messages', message, { headers });
	const second = await call('POST', '/authorities/sms/messages', message, { headers });
	assert.deepEqual(first.data, second.data);
	assert.equal((await call('POST', '/authorities/sms/messages', { ...message, text: '二' }, { headers })).status, 422);
	assert.equal((await control('GET', '/sms?phone=12000000003')).data.items.length, 1);
	const { data } = await control('GET', '/authorities/sms/received');
	const mine = data.items.filter((entry) => entry.idempotency_key === 'k1');
	assert.equal(mine.length, 1);
	assert.equal(mine[0].times, 3);
	assert.deepEqual(mine[0].body, message);
});

test('an authority can be down, slow, wrong or forged', async () => {
	const path = '/authorities/moody/query';
	const ask = () => call('POST', path, { service: 's', ref: 'r', items: {}, wanted: ['public_info'] });
	const mode = (settings) => control('PUT', '/authorities/moody', settings);
	await mode({ mode: 'down' });
	assert.equal((await ask()).status, 503);
	await mode({ mode: 'slow', delay_ms: 300 });
	const began = Date.now();
	assert.equal((await ask()).status, 200);
	assert.ok(Date.now() - began >= 290);
	await mode({ mode: 'wrong', delay_ms: 0 });
	const wrong = await ask();
	assert.equal(typeof wrong.data.match, 'string');
	assert.ok(wrong.verifies);
	await mode({ mode: 'forged' });
	assert.equal((await ask()).verifies, false);
	assert.equal((await mode({ mode: 'asleep' })).status, 400);
	await mode({ mode: 'ok' });
	assert.ok((await ask()).verifies);
	const { data } = await control('GET', '/authorities/moody/received');
	assert.equal(data.items.length, 5);
	assert.equal(data.executed, 4);
});

test('the hotline centre chooses a department, which replies and follows up by the clock', async () => {
	const departments = [['dept_urban_management', '城市管理局'], ['dept_transport', '交通运输局'], ['dept_hrss', '人社局'],
		['dept_housing', '住建局'], ['dept_environment', '生态环境局']].map(([key, name]) => ({ key, name }));
	const ask = (text, list) => call('POST', '/authorities/hotline_center/triage', { ref: 'h', appeal_content: text, departments: list });
	const triage = async (text, list = departments) => (await ask(text, list)).data.department;
	assert.equal(await triage('单位拖欠工资三个月,也没有交社保'), 'dept_hrss');
	assert.equal(await triage('公交车站台拥堵'), 'dept_transport');
	assert.equal(await triage('工厂夜里排放废气,异味很大'), 'dept_environment');
	assert.equal(await triage('小区物业不修电梯'), 'dept_housing');
	assert.equal(await triage('路边垃圾没人管'), 'dept_urban_management');
	assert.equal(await triage('请水务部门来看看', [{ key: 'roads', name: '公路站' }, { key: 'waters', name: '水务局' }]), 'waters', 'others by their names');
	assert.equal((await ask('欠薪', [])).status, 400, 'nobody to choose from');
	const sent = { ref: 'c1', number: 'NT0001', items: { real_name: '某' }, appeal_content: '欠薪', attachments: [] };
	const own = { now: await now() };
	assert.deepEqual((await call('POST', '/authorities/dept_hrss/cases', sent, own)).data, { accepted: true });
	const look = async (who = 'dept_hrss') => call('GET', `/authorities/${who}/cases/c1`, undefined, { now: await now() });
	assert.equal((await look()).data.state, 'received');
	assert.equal((await look('dept_housing')).status, 404);
	await control('PUT', '/clock', { advance: 'PT5S' });
	const replied = (await look()).data;
	assert.equal(replied.state, 'replied');
	assert.match(replied.reply, /NT0001/);
	assert.match(replied.replied_at, /\+08:00$/);
	await control('PUT', '/clock', { advance: 'PT1M' });
	const closed = (await look()).data;
	assert.equal(closed.state, 'closed');
	assert.ok(closed.follow_up && closed.follow_up_at > closed.replied_at);
	assert.deepEqual((await control('GET', '/authorities/dept_hrss/received')).data.items[0].body.items, { real_name: '某' });
});

test('the clock goes forward by durations and working days, and waits for its followers', async () => {
	const start = await now();
	await control('PUT', '/clock', { advance: 'P15DT2H' });
	assert.ok(Math.abs((await now()) - start - (15 * 24 + 2) * 3600_000) < 2000);
	const before = new Date(await now());
	await control('PUT', '/clock', { advance_working_days: 5 });
	const weekend = [0, 6].includes(new Date(before.getTime() + 8 * 3600_000).getUTCDay());
	const days = Math.round(((await now()) - before) / 86_400_000);
	assert.ok(weekend ? days === 5 || days === 6 : days === 7, `${days}`);
	for (const bad of [{ advance: '15 days' }, { advance: 'P' }, { now_ms: 1 }, {}, { advance_working_days: -1 }])
		assert.equal((await control('PUT', '/clock', bad)).status, 400);

	const poll = (at, settled) => control('GET', `/clock?server=one&settled=${settled}&now_ms=${at}`);
	const old = await now();
	await poll(old, 0);
	let moved = false;
	const moving = control('PUT', '/clock', { advance: 'PT1H' }).then((r) => ((moved = true), r));
	const { data } = await until(async () => {
		const r = await poll(old, 0);
		return r.data.now_ms >= old + 3600_000 && r;
	}, 'the sandbox to take the new time');
	assert.equal(moved, false);
	await poll(data.now_ms, 0);
	assert.equal((await moving).status, 200);

	let settled = false;
	const settling = control('POST', '/settle').then((r) => ((settled = true), r));
	const pause = () => new Promise((r) => setTimeout(r, 300));
	await pause();
	await poll(data.now_ms, 1); // this one may have begun before the call
	await pause();
	assert.equal(settled, false);
	await poll(data.now_ms, 0);
	await pause();
	assert.equal(settled, false);
	await until(async () => {
		await poll(data.now_ms, 1);
		return settled;
	}, 'the follower to be found settled');
	assert.deepEqual((await settling).data, { settled: true, followers: 1 });
});

test('a restarted sandbox goes on where it was, with the same key and people', async () => {
	await call('POST', '/authorities/sms/messages', { to: '12000000009', text: '重启前', ref: 'z' }, { now: await now() });
	const at = await now();
	const [p] = await people('limit=1');
	assert.equal(await stop(), 0);
	base = await start();
	assert.equal((await control('GET', '/sms?phone=12000000009')).data.items.length, 1);
	assert.ok((await now()) >= at);
	assert.deepEqual((await people('limit=1'))[0].id_number, p.id_number);
	const answer = await call('POST', '/authorities/population/verify', { real_name: p.real_name, id_number: p.id_number }, { now: await now() });
	assert.ok(answer.verifies && answer.data.match);
	await control('POST', '/reset');
	assert.equal((await control('GET', '/sms')).data.items.length, 0);
});
