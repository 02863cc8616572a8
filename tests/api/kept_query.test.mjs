// What the law keeps of an ended account, queried by a competent organ while the period runs, and not otherwise.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { cities, citizen, secondCheck, startCity } from './helpers.mjs'
import { addOfficer, openOffice } from './officers.mjs'
import { stop } from './careful.mjs'

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city, c, made, officers, certificate
  const now = async () => (await city.control('GET', 'clock?server=test-reader')).now_ms
  const office = async () => {
    officers = []
    for (const o of made) officers.push(await openOffice(city, o))
  }
  const ask = async more => ({ ground: name === 'tianjin' ? 'keep_query' : 'keep_after_cancel', context: 'keep', organ: '某区人民法院',
    person: { certificate_id: certificate.certificate_id }, items: ['real_name', 'id_number'], evidence: { document: '某区人民法院 调查令〔2026〕5号' },
    scope: '一起民事案件的核对', scope_until: new Date(await now() + 30 * 86400000).toISOString().slice(0, 10), ...more })

  before(async () => {
    city = await startCity({ city: name })
    made = [0, 1].map(i => addOfficer(city, `kept${i}`, `专员 ${'甲乙'[i]}某`, 'privacy_officer'))
    c = await citizen(city)
    await secondCheck(c)
    if (name === 'tianjin') await c.ok('POST', '/second-checks', { method: 'sms', sms_code: await smsCode() })
    const scope = (await c.ok('GET', '/city')).body.features.cancel_scopes[0].key
    const preview = (await c.ok('GET', `/me/cancellation?scope=${scope}`)).body
    certificate = (await c.ok('DELETE', `/me?scope=${scope}&preview_token=${encodeURIComponent(preview.preview_token)}`)).body
    await city.settle()
    await office()
  })
  after(() => stop(city))
  const smsCode = async () => {
    const seen = (await city.sms(c.person.mobile_phone)).length
    await c.ok('POST', '/sms-codes', { phone: c.person.mobile_phone, purpose: 'second_check' })
    return city.code(c.person.mobile_phone, seen)
  }

  if (name === 'nantong') return test('a city whose policy lists no such query refuses it', async () => {
    const p = await officers[0].refused('POST', '/staff/exceptions', await ask())
    assert.deepEqual([p.status, p.reason], [403, 'not_declared'])
    assert.match(p.clause, /^NT-/)
    assert.equal((await officers[0].ok('GET', '/staff/exceptions/grounds')).body.kept_ground ?? null, null)
  })

  test('without organ, document, scope or a kept account nothing is answered [TJ-4.2.1.f]', async () => {
    const missing = async (more, field) => {
      const p = await officers[0].refused('POST', '/staff/exceptions', await ask(more))
      assert.deepEqual([p.status, p.errors?.map(e => e.field)], [400, [field]], JSON.stringify(p))
    }
    await missing({ organ: undefined }, 'organ')
    await missing({ evidence: {} }, 'document')
    await missing({ scope: undefined, scope_until: undefined }, 'scope')
    await missing({ items: [] }, 'items')
    assert.equal((await officers[0].refused('POST', '/staff/exceptions', await ask({ person: { certificate_id: '1' } }))).status, 404)
    const other = await officers[0].refused('POST', '/staff/exceptions', await ask({ ground: 'keep_law' }))
    assert.deepEqual([other.status, other.reason], [403, 'not_declared'])
  })

  test('with organ, document and two officers the record is answered, with an entry each time [TJ-4.2.1.f]', async () => {
    const use = (await officers[0].ok('POST', '/staff/exceptions', await ask())).body
    assert.deepEqual([use.state, use.organ], ['waiting', '某区人民法院'])
    assert.equal((await officers[0].refused('POST', `/staff/exceptions/${use.id}/answer`)).status, 409, 'one officer is not enough')
    assert.equal((await officers[0].refused('POST', `/staff/exceptions/${use.id}/approval`)).status, 409)
    assert.equal((await officers[1].ok('POST', `/staff/exceptions/${use.id}/approval`)).body.state, 'done')
    const first = (await officers[1].ok('POST', `/staff/exceptions/${use.id}/answer`)).body
    assert.deepEqual(first.values, [], 'of the account itself nothing is left')
    assert.ok(first.record.some(r => r.action === 'collect'), JSON.stringify(first.record))
    const audited = answer => answer.record.filter(r => r.action === 'read' && r.clause === 'TJ-4.2.1.f').length
    assert.equal(audited(first), 1, 'its own audit row')
    assert.equal(audited((await officers[0].ok('POST', `/staff/exceptions/${use.id}/answer`)).body), 2)
    const rejected = (await officers[0].ok('POST', '/staff/exceptions', await ask())).body
    await officers[1].ok('POST', `/staff/exceptions/${rejected.id}/rejection`)
    assert.equal((await officers[0].refused('POST', `/staff/exceptions/${rejected.id}/answer`)).status, 409)
  })

  test('after the scope, and after the period of the law, it is refused [TJ-4.2.1.f]', async () => {
    const use = (await officers[0].ok('POST', '/staff/exceptions', await ask())).body
    await officers[1].ok('POST', `/staff/exceptions/${use.id}/approval`)
    await officers[0].ok('POST', `/staff/exceptions/${use.id}/answer`)
    await city.advance('P32D')
    await office()
    assert.equal((await officers[0].refused('POST', `/staff/exceptions/${use.id}/answer`)).status, 410, 'the scope has ended')
    await city.advance('P1070D')
    await city.settle()
    await office()
    assert.equal((await officers[0].refused('POST', '/staff/exceptions', await ask())).status, 410, 'the period of the law has ended')
    assert.equal((await officers[0].refused('POST', `/staff/exceptions/${use.id}/answer`)).status, 410)
  })
})
