// Every route of the OpenAPI document × callers who may not × an object of somebody else and one that does not exist.
// A route without a rule here fails: whoever adds one says who may call it and whose its object is.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { certificate } from './certificates.mjs'
import { startCity, agree, cities, giveConsents, dutiesDone, login, password, root, secondCheck, until, username } from './helpers.mjs'
import { describeApi, careful, carefulCitizen, Careful, caseOf, insist, jpeg, query, stop } from './careful.mjs'
import { elsewhere } from './elsewhere.mjs'
import { totp } from './totp.mjs'

const nowhere = '4611686018427387903' // an id that no object has

const useOf = { public: w => ({ id: w.use }), missing: () => ({ id: nowhere }) }

// caller  who may call at least: anyone, guest, installation, session, staff — must be what the document says
// agreed  installations that have not agreed are refused (only for caller installation)
// mine, missing  parameters (and body) that name an object of person A, and one that nobody has; both stand for themselves in a call
// public  the parameter names nothing personal
// self    the route has no object but the caller's own things
// body    a body that is right in shape
const rules = {
  city_get: { caller: 'anyone' },
  paragraph_list: { caller: 'anyone' },
  sdk_list: { caller: 'anyone' },
  cookie_list: { caller: 'anyone' },
  definition_list: { caller: 'anyone' },
  item_list: { caller: 'anyone' },
  sdk_call: { caller: 'installation', agreed: true, self: true, body: w => ({ sdk: 'qq', trigger: 'share', items: [], ...(w.city.city === 'nantong' ? { reason: 'share' } : {}) }) },
  sdk_choice_list: { caller: 'installation', agreed: false, self: true },
  sdk_choice_put: { caller: 'installation', agreed: true, public: () => ({ key: 'umeng' }), body: () => ({ state: 'refused' }) },
  search_history_list: { caller: 'session', self: true, undeclared: true },
  search_history_add: { caller: 'session', self: true, body: () => ({ keyword: '社保' }) },
  search_history_clear: { caller: 'session', self: true, undeclared: true },
  favorite_list: { caller: 'session', self: true, undeclared: true },
  favorite_put: { caller: 'session', public: w => ({ key: w.service }) },
  favorite_delete: { caller: 'session', public: w => ({ key: w.service }) },
  rating_list: { caller: 'guest', public: w => ({ key: w.service }), found: [200, 404] },
  rating_own_list: { caller: 'session', self: true, undeclared: true },
  rating_put: { caller: 'session', public: w => ({ key: w.service }), body: () => ({ stars: 5 }) },
  rating_delete: { caller: 'session', public: w => ({ key: w.service }) },
  rating_shown_put: { caller: 'session', public: w => ({ key: w.service }), body: () => ({ shown: 'anonymous' }) },
  recommendation_list: { caller: 'session', self: true, undeclared: true },
  use_log_list: { caller: 'session', self: true },
  use_log_open: { caller: 'session', self: true, body: w => ({ service: w.service }) },
  use_log_close: { caller: 'session', mine: w => ({ id: w.visit }), missing: () => ({ id: nowhere }) },
  wish_list: { caller: 'session', self: true, undeclared: true },
  wish_put: { caller: 'session', self: true, body: () => ({ help: 'detailed' }) },
  wish_delete: { caller: 'session', self: true, undeclared: true },
  photo_place_list: { caller: 'session', self: true },
  photo_place_check: { caller: 'session', self: true, undeclared: true },
  photo_place_delete: { caller: 'session', public: () => ({ id: nowhere }) },
  photo_person_name: { caller: 'session', public: () => ({ id: nowhere }), body: w => ({ phone: w.b.person.mobile_phone }) },
  use_log_check: { caller: 'session', self: true },
  preference_list: { caller: 'session', self: true },
  preference_put: { caller: 'session', public: () => ({ name: 'history' }), body: () => ({ state: 'on' }) },
  cookie_choice_list: { caller: 'installation', agreed: false, self: true },
  cookie_choice_put: { caller: 'installation', agreed: false, public: () => ({ use: 'analysis' }), found: [204, 404], body: () => ({ state: 'refused' }) },
  page_view: { caller: 'guest', body: () => ({ page: 'home' }) },
  statistics_get: { caller: 'anyone' },
  promotion_list: { caller: 'guest', found: [200, 404] },
  promotion_get: { caller: 'guest', public: () => ({ id: nowhere }), found: [404] },
  promotion_join: { caller: 'session', public: () => ({ id: nowhere }), body: () => ({ text_hash: '0'.repeat(64) }) },
  promotion_entry: { caller: 'session', public: () => ({ id: nowhere }), found: [404] },
  partner_promotion_use: { caller: 'anyone', always: 401, public: () => ({ partner: 'promotion_partner' }), body: () => ({ request: 'request-1', entry: nowhere, purpose: 'promotion' }) },
  partner_deliver: { caller: 'anyone', always: 401, public: () => ({ partner: 'promotion_partner' }), body: () => ({ request: 'request-1', cooperation: 'spending_points', items: {} }) },
  partner_data_list: { caller: 'session', self: true },
  partner_data_allow: { caller: 'session', public: () => ({ key: 'nothing' }), body: () => ({ text_hash: '0'.repeat(64) }) },
  partner_data_end: { caller: 'session', public: () => ({ key: 'nothing' }) },
  staff_promotions: { caller: 'staff', by: 'policy', readers: ['privacy', 'auditor'], self: true, found: [200, 404] },
  staff_promotion_draw_up: { caller: 'staff', by: 'policy', auditor: 403, self: true,
    body: () => ({ title: '', text: '', kind: '', partner: '', data: [], from: '2026-01-05', until: '2026-01-05' }) },
  staff_promotion_agree: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({ id: nowhere }), body: () => ({}) },
  staff_promotion_reject: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({ id: nowhere }), body: () => ({ reason: '清单不全' }) },
  staff_promotion_end: { caller: 'staff', by: 'privacy', readers: ['policy'], auditor: 403, public: () => ({ id: nowhere }), body: () => ({ reason: '提前结束' }) },
  policy_current: { caller: 'guest' },
  policy_version: { caller: 'guest', public: w => ({ version: w.version }) },
  policy_changes: { caller: 'guest', public: w => ({ version: w.version }) },
  installation_create: { caller: 'anyone', body: () => ({ platform: 'web' }) },
  installation_leave: { caller: 'installation', agreed: false, self: true },
  acceptance_create: { caller: 'installation', agreed: false, self: true, body: () => ({ policy_version: '1999.1' }) },
  acceptance_list: { caller: 'installation', agreed: false, self: true },
  permission_put: { caller: 'installation', agreed: true, public: () => ({ key: 'perm_location' }), body: () => ({ state: 'granted' }) },
  permission_list: { caller: 'installation', agreed: false, self: true },
  device_function_list: { caller: 'installation', agreed: false, self: true },
  device_function_use: { caller: 'installation', agreed: true, public: w => ({ key: w.city.city === 'tianjin' ? 'place_search' : 'nearby_map' }), body: () => ({ permission: 'perm_location' }) },
  device_link: { caller: 'session', self: true, body: () => ({ fields: { imei: '129900000000001' } }) },
  device_list: { caller: 'session', self: true },
  device_unlink: { caller: 'session', mine: w => ({ id: w.device }), missing: () => ({ id: nowhere }) },
  sensor_read_list: { caller: 'session', self: true },
  sms_code_create: { caller: 'installation', agreed: true, self: true, body: w => ({ phone: w.a.person.mobile_phone, purpose: 'login' }) },
  account_create: { caller: 'installation', agreed: true, self: true, body: w => w.registration },
  credentials_create: { caller: 'session', self: true, body: () => ({ username: username(), password }) },
  phone_bind: { caller: 'session', self: true, body: () => ({ sms_code: '000000' }) },
  password_state: { caller: 'session', self: true },
  password_change: { caller: 'session', self: true, body: () => ({ password: 'Other-word2026', current_password: 'Wrong-pass1' }) },
  password_reset: { caller: 'installation', agreed: true, self: true,
    body: w => ({ username: w.a.username, mobile_phone: w.a.person.mobile_phone, sms_code: '000000', password: 'Other-word2026' }) },
  prefill_create: { caller: 'installation', agreed: true, self: true, body: () => ({ form: 'login', source: 'number', text_hash: '0'.repeat(64), number_token: 'x' }) },
  session_create: { caller: 'installation', agreed: true, self: true, body: w => ({ method: 'password', login: w.a.username, password }) },
  session_list: { caller: 'session', self: true },
  session_end_current: { caller: 'session', self: true },
  session_end: { caller: 'session', mine: w => ({ id: w.session }), missing: () => ({ id: nowhere }) },
  login_alert_list: { caller: 'session', self: true },
  login_alert_get: { caller: 'session', mine: w => ({ id: w.loginAlert }), missing: () => ({ id: nowhere }) },
  login_alert_block: { caller: 'session', mine: w => ({ id: w.loginAlert, body: {} }), missing: () => ({ id: nowhere, body: {} }) },
  login_alert_unblock: { caller: 'session', secondCheck: true, mine: w => ({ id: w.loginAlert }), missing: () => ({ id: nowhere }) },
  staff_outages: { caller: 'staff', by: 'privacy', readers: ['auditor'], public: () => ({}) },
  staff_outage_class: { caller: 'staff', by: 'privacy', auditor: 403, found: [404], public: () => ({ id: nowhere }), missing: () => ({ id: nowhere }), body: () => ({ cause: 'fault', note: '已修复' }) },
  staff_cut_records: { caller: 'staff', by: 'privacy', readers: ['auditor'], public: () => ({}) },
  staff_cuts: { caller: 'staff', by: 'privacy', readers: ['auditor'], public: () => ({}) },
  staff_cut: { caller: 'staff', by: 'privacy', auditor: 403, self: true, body: () => ({ kind: 'role', key: 'nobody', reason: '演练' }) },
  staff_cut_lift: { caller: 'staff', by: 'privacy', auditor: 403, self: true, body: () => ({ kind: 'role', key: 'nobody', reason: '演练' }) },
  staff_security_events: { caller: 'staff', by: 'privacy', readers: ['auditor'], public: () => ({}) },
  second_check_create: { caller: 'session', self: true, body: () => ({ method: 'password', password: 'Wrong-pass1' }) },
  realname_create: { caller: 'session', public: w => ({ method: w.realname }), body: () => ({ real_name: '某某' }) },
  consent_give: { caller: 'installation', agreed: true, self: true, body: w => w.consentBody },
  consent_list: { caller: 'installation', agreed: false, self: true },
  consent_withdraw: { caller: 'installation', agreed: false, mine: w => ({ id: w.consent }), missing: () => ({ id: nowhere }) },
  consent_withdrawal_preview: { caller: 'installation', agreed: false, mine: w => ({ id: w.consent }), missing: () => ({ id: nowhere }) },
  consent_centre: { caller: 'installation', agreed: false, self: true },
  withdrawal_preview: { caller: 'installation', agreed: false, self: true, query: () => '?scope=policy' },
  withdrawal_create: { caller: 'installation', agreed: false, mine: w => ({ body: { ids: [w.consent] } }), missing: () => ({ body: { ids: [nowhere] } }) },
  deletion_preview: { caller: 'session', self: true },
  deletion_run: { caller: 'session', self: true },
  withdrawn_use_list: { caller: 'anyone' },
  consent_text: { caller: 'installation', agreed: false, public: w => ({ hash: w.consentBody.text_hash }) },
  me_get: { caller: 'session', self: true },
  cancellation_run: { caller: 'session', query: w => `?scope=${w.scope}&preview_token=`, status: 400,
    mine: w => ({ preview_token: w.preview }), missing: w => ({ preview_token: w.preview.replace(/^./, x => x === 'A' ? 'B' : 'A') }) },
  me_items: { caller: 'session', self: true },
  me_reveal: { caller: 'session', secondCheck: true,
    mine: w => ({ key: w.heldItem, body: { record_id: w.record } }), missing: w => ({ key: w.heldItem, body: { record_id: nowhere } }) },
  me_change: { caller: 'session', public: () => ({ key: 'email' }), body: () => ({ value: 'someone@example.cn' }) },
  usage_list: { caller: 'session', self: true },
  usage_overview: { caller: 'session', self: true },
  usage_head: { caller: 'session', self: true },
  // numbers count per person: A has an entry with this one, B none
  usage_receipt: { caller: 'session', mine: w => ({ n: w.usageN }), missing: () => ({ n: 999999 }) },
  cancellation_preview: { caller: 'session', self: true, query: w => `?scope=${w.scope}` },
  services_list: { caller: 'guest' },
  service_get: { caller: 'guest', public: w => ({ key: w.service }) },
  query_run: { caller: 'session', public: w => ({ key: w.service }), body: () => ({ fields: {} }) },
  case_file: { caller: 'session', status: [404, 409],
    mine: w => ({ key: w.caseService, body: { fields: w.appeal, attachments: [w.waiting] } }),
    missing: w => ({ key: w.caseService, body: { fields: w.appeal, attachments: [nowhere] } }) },
  cases_list: { caller: 'session', self: true },
  case_delete: { caller: 'session', mine: w => ({ id: w.case }), missing: () => ({ id: nowhere }) },
  case_get: { caller: 'session', mine: w => ({ id: w.case }), missing: () => ({ id: nowhere }) },
  attachment_add: { caller: 'session', self: true, query: w => `?service=${w.caseService}&source=album`, raw: () => Buffer.from('not a picture') },
  attachment_get: { caller: 'session', mine: w => ({ id: w.attachment }), missing: () => ({ id: nowhere }) },
  staff_login: { caller: 'anyone', always: 401, body: () => ({ login: 'nobody', password: 'Wrong-pass-2026', totp: '000000' }) },
  staff_session: { caller: 'staff', self: true },
  staff_logout: { caller: 'staff', self: true },
  staff_cases: { caller: 'staff', auditor: 403, self: true },
  staff_case: { caller: 'staff', auditor: 403, mine: w => ({ id: w.case }), missing: () => ({ id: nowhere }) },
  staff_reveal: { caller: 'staff', auditor: 403,
    mine: w => ({ id: w.case, body: { item: 'real_name', reason: '核对诉求人姓名' } }),
    missing: () => ({ id: nowhere, body: { item: 'real_name', reason: '核对诉求人姓名' } }) },
  staff_complaint_view: { caller: 'staff', by: 'complaints', auditor: 403, self: true, body: () => ({ number: '260101-0000000000' }) },
  staff_complaint_reveal: { caller: 'staff', by: 'complaints', auditor: 403, self: true, body: () => ({ number: '260101-0000000000', item: 'real_name', reason: '核对投诉人姓名' }) },
  staff_duties: { caller: 'staff', by: 'privacy', readers: ['auditor'], public: () => ({}) },
  staff_duty_records: { caller: 'staff', by: 'privacy', readers: ['auditor'], public: w => ({ key: w.duty }) },
  staff_duty_record: { caller: 'staff', by: 'privacy', auditor: 403, public: w => ({ key: w.duty }), body: () => ({ done_on: '2026-01-05', document: '台账' }) },
  security_get: { caller: 'anyone' },
  staff_security: { caller: 'staff', by: 'privacy', readers: ['auditor'], self: true },
  staff_security_check: { caller: 'staff', by: 'privacy', auditor: 403, self: true, body: () => ({}) },
  staff_security_filing: { caller: 'staff', by: 'privacy', auditor: 403, self: true,
    body: () => ({ level: 9, number: '备案', filed_on: '2026-01-05', assessed_on: '2026-01-05', valid_until: '2027-01-05' }) },
  staff_security_breach: { caller: 'staff', by: 'privacy', auditor: 403, self: true, body: () => ({ login: 'nobody', facts: '把名单带出单位' }) },
  staff_security_breach_close: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({ id: nowhere }), body: () => ({ outcome: 'warned', note: '已经批评教育' }) },
  staff_clauses: { caller: 'staff', by: 'policy', readers: ['auditor'], self: true },
  staff_clause_void: { caller: 'staff', by: 'policy', auditor: 403, self: true, body: () => ({ clause: 'XX-99.9', reason: '经认定无效', version: '2099.9' }) },
  staff_clause_restore: { caller: 'staff', by: 'policy', auditor: 403, self: true, body: () => ({ clause: 'XX-99.9', version: '2099.9' }) },
  staff_clause_notes: { caller: 'staff', by: 'policy', readers: ['auditor'], self: true },
  staff_clause_note: { caller: 'staff', by: 'policy', auditor: 403, self: true, body: () => ({ clause: 'XX-99.9', text: '说明一个条款' }) },
  staff_clause_note_end: { caller: 'staff', by: 'policy', auditor: 403, public: () => ({ id: nowhere }) },
  staff_decisions: { caller: 'staff', by: 'privacy', readers: ['policy', 'auditor'], self: true },
  staff_decision: { caller: 'staff', by: 'privacy', readers: ['policy'], auditor: 403, self: true, body: () => ({ matter: '一件事项', decision: '', basis: 'law', source: '' }) },
  staff_analysis_list: { caller: 'staff', by: 'privacy', readers: ['auditor'], self: true },
  staff_analysis_make: { caller: 'staff', by: 'privacy', auditor: 403, self: true, body: () => ({ fields: [], purpose: '分析' }) },
  staff_analysis: { caller: 'staff', by: 'privacy', readers: ['auditor'], public: w => ({ id: w.analysis }) },
  staff_analysis_rows: { caller: 'staff', by: 'privacy', auditor: 403, public: w => ({ id: w.analysis }) },
  staff_analysis_reverse: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({ id: nowhere }), body: () => ({ code: 'A', reason: '核对数据错误', totp: '000000' }) },
  staff_analysis_key_end: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({ id: nowhere }) },
  staff_transfers: { caller: 'staff', by: 'privacy', readers: ['auditor'], self: true },
  staff_transfer: { caller: 'staff', by: 'privacy', readers: ['auditor'], public: w => ({ id: w.transfer }) },
  staff_transfer_open: { caller: 'staff', by: 'privacy', auditor: 403, self: true, body: () => ({ ground: 'transfer_law', document: '〔2026〕31号', certificate: 'none' }) },
  staff_transfer_approve: { caller: 'staff', by: 'privacy', auditor: 403, public: w => ({ id: w.transfer }) },
  staff_transfer_reject: { caller: 'staff', by: 'privacy', auditor: 403, public: w => ({ id: w.transfer }) },
  staff_transfer_undertake: { caller: 'staff', by: 'privacy', auditor: 403, public: w => ({ id: w.transfer }), body: () => ({ signed: 'none' }) },
  staff_transfer_move: { caller: 'staff', by: 'privacy', auditor: 403, public: w => ({ id: w.transfer }) },
  staff_transfer_close: { caller: 'staff', by: 'privacy', auditor: 403, public: w => ({ id: w.transfer }) },
  release_list: { caller: 'staff', by: 'policy', readers: ['privacy', 'auditor'], self: true },
  release_get: { caller: 'staff', by: 'policy', readers: ['privacy', 'auditor'], public: () => ({ number: 1 }) },
  release_diff: { caller: 'staff', by: 'policy', readers: ['privacy', 'auditor'], public: () => ({ number: 1 }) },
  release_document: { caller: 'staff', by: 'policy', readers: ['privacy', 'auditor'], public: () => ({ number: 1 }) },
  release_print: { caller: 'staff', by: 'policy', readers: ['privacy', 'auditor'], public: () => ({ number: 1 }) },
  release_agreement_print: { caller: 'staff', by: 'policy', readers: ['privacy', 'auditor'], public: () => ({ number: 1 }) },
  release_agreement_page: { caller: 'staff', by: 'policy', readers: ['privacy', 'auditor'], public: () => ({ number: 1 }) },
  release_page: { caller: 'staff', by: 'policy', readers: ['privacy', 'auditor'], public: () => ({ number: 1 }) },
  release_draft: { caller: 'staff', by: 'policy', auditor: 403, self: true, body: () => ({ base: 1, edits: [] }) },
  release_trial: { caller: 'staff', by: 'policy', auditor: 403, public: () => ({ number: 1 }), body: () => ({ edits: [] }) },
  release_submit: { caller: 'staff', by: 'policy', auditor: 403, public: () => ({ number: 1 }), body: () => ({}) },
  release_approve: { caller: 'staff', by: 'policy', auditor: 403, public: () => ({ number: 1 }), body: () => ({}) },
  release_reject: { caller: 'staff', by: 'policy', auditor: 403, public: () => ({ number: 1 }), body: () => ({ note: '不同意' }) },
  release_withdraw: { caller: 'staff', by: 'policy', auditor: 403, public: () => ({ number: 1 }), body: () => ({}) },
  release_compare: { caller: 'staff', by: 'policy', auditor: 403, public: () => ({ number: 1 }) },
  release_publish: { caller: 'staff', by: 'policy', auditor: 403, public: () => ({ number: 1 }), body: () => ({ effective: 'now' }) },
  staff_assessments: { caller: 'staff', by: 'privacy', readers: ['policy', 'auditor'], self: true },
  staff_assessment: { caller: 'staff', by: 'privacy', readers: ['policy', 'auditor'], public: () => ({ id: nowhere }), found: [404] },
  staff_assessment_decide: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({ id: nowhere }), found: [404], body: () => ({ agrees: true }) },
  release_assessment: { caller: 'staff', by: 'privacy', readers: ['policy', 'auditor'], public: () => ({ number: 1 }) },
  release_assess: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({ number: 1 }), body: () => ({ keys: [], lawful: '', impact: '', protection: '', risk: 'low', allowed: true }) },
  guardianship_get: { caller: 'installation', agreed: false, self: true },
  guardian_code: { caller: 'installation', agreed: false, self: true },
  ward_create: { caller: 'session', self: true, body: () => ({ code: 'AAAAAAAA', ward_name: '某某', ward_id_number: '129901201001010019' }) },
  ward_list: { caller: 'session', self: true },
  ward_get: { caller: 'session', mine: w => ({ id: w.ward }), missing: () => ({ id: nowhere }) },
  ward_text: { caller: 'session', mine: w => ({ id: w.ward }), missing: () => ({ id: nowhere }) },
  ward_papers: { caller: 'session', mine: w => ({ id: w.ward, body: { attachments: [nowhere] } }), missing: () => ({ id: nowhere, body: { attachments: [nowhere] } }) },
  ward_agree: { caller: 'session', mine: w => ({ id: w.ward, body: { text_hash: '0' } }), missing: () => ({ id: nowhere, body: { text_hash: '0' } }) },
  ward_decline: { caller: 'session', mine: w => ({ id: w.ward }), missing: () => ({ id: nowhere }) },
  ward_withdraw: { caller: 'session', mine: w => ({ id: w.ward }), missing: () => ({ id: nowhere }) },
  ward_use_list: { caller: 'session', mine: w => ({ id: w.ward }), missing: () => ({ id: nowhere }) },
  ward_use_get: { caller: 'session', public: () => ({ id: nowhere }), found: [404] }, // minor_uses.test.mjs
  ward_use_agree: { caller: 'session', public: () => ({ id: nowhere }), body: () => ({ text_hash: '0'.repeat(64) }) },
  ward_use_refuse: { caller: 'session', public: () => ({ id: nowhere }), body: () => ({}) },
  ward_certificate: { caller: 'session', mine: w => ({ id: w.ward }), missing: () => ({ id: nowhere }) },
  ward_offer: { caller: 'session', query: w => `?service=${w.service}`, mine: w => ({ id: w.ward }), missing: () => ({ id: nowhere }) },
  ward_consent: { caller: 'session', mine: w => ({ id: w.ward, body: { scope: w.service, text_hash: '0' } }), missing: w => ({ id: nowhere, body: { scope: w.service, text_hash: '0' } }) },
  guardian_report: { caller: 'session', self: true, body: () => ({ ward_name: '某某', ward_id_number: '129901201001010019' }) },
  // for the privacy officer alone: any other member of staff is refused before anything is looked up
  request_kinds: { caller: 'anyone' },
  request_figures: { caller: 'anyone' },
  request_file: { caller: 'session', self: true, body: () => ({ kind: 'explain', text: '请解释处理的规则' }) },
  request_list: { caller: 'session', self: true },
  request_get: { caller: 'session', mine: w => ({ id: w.request }), missing: () => ({ id: nowhere }) },
  request_copy: { caller: 'session', mine: w => ({ id: w.request }), missing: () => ({ id: nowhere }) },
  request_prove: { caller: 'session', mine: w => ({ id: w.request }), missing: () => ({ id: nowhere }), body: () => ({}) },
  staff_request_grounds: { caller: 'staff', by: 'privacy', auditor: 403, self: true },
  staff_request_list: { caller: 'staff', by: 'privacy', auditor: 403, self: true },
  staff_request_record: { caller: 'staff', by: 'privacy', auditor: 403, self: true, body: () => ({ way: 'phone', kind: 'feedback', received_on: new Date(Date.now() + 8 * 3600000).toISOString().slice(0, 10), text: '窗口叫号屏的字太小' }) },
  staff_request_get: { caller: 'staff', by: 'privacy', auditor: 403, found: [404], public: () => ({ id: nowhere }) },
  staff_request_reveal: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({ id: nowhere }), body: () => ({ reason: '核对请求内容' }) },
  staff_request_proof: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({ id: nowhere }), body: () => ({}) },
  staff_request_answer: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({ id: nowhere }), body: () => ({ answer: '已经办理完毕' }) },
  staff_request_refuse: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({ id: nowhere }), body: () => ({ ground: 'refuse_grave_harm', reason: '属于这一情形' }) },
  staff_request_second: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({ id: nowhere }), body: () => ({}) },
  staff_request_return: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({ id: nowhere }), body: () => ({}) },
  staff_guardian_tasks: { caller: 'staff', by: 'privacy', auditor: 403, self: true },
  staff_guardian_task: { caller: 'staff', by: 'privacy', auditor: 403, found: [404], public: () => ({ id: nowhere }) },
  staff_guardian_paper: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({ id: nowhere, paper: nowhere }), body: () => ({ reason: '核对监护关系' }) },
  staff_guardian_decide: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({ id: nowhere }), body: () => ({ approve: true, reason: '核对监护关系' }) },
  staff_guardian_report: { caller: 'staff', by: 'privacy', auditor: 403, self: true, body: () => ({ id_number: '129901201001010019', phone: '12900000000', reason: '监护人来电报告' }) },
  exception_grounds: { caller: 'staff', by: 'privacy', auditor: 403, self: true },
  exception_list: { caller: 'staff', by: 'privacy', auditor: 403, self: true },
  exception_open: { caller: 'staff', by: 'privacy', auditor: 403, self: true, body: w => w.exception },
  exception_get: { caller: 'staff', by: 'privacy', auditor: 403, ...useOf },
  exception_answer: { caller: 'staff', by: 'privacy', auditor: 403, ...useOf, body: () => ({}) },
  exception_lift: { caller: 'staff', by: 'privacy', auditor: 403, ...useOf, body: () => ({}) },
  exception_approve: { caller: 'staff', by: 'privacy', auditor: 403, ...useOf, body: () => ({}) },
  exception_values: { caller: 'staff', by: 'privacy', auditor: 403, ...useOf, found: [409], body: () => ({}) },
  exception_reject: { caller: 'staff', by: 'privacy', auditor: 403, ...useOf, body: () => ({}) },
  exception_renewal_ask: { caller: 'staff', by: 'privacy', auditor: 403, ...useOf, body: () => ({ days: 3 }) },
  exception_renewal_approve: { caller: 'staff', by: 'privacy', auditor: 403, ...useOf, body: () => ({}) },
  exception_tell: { caller: 'staff', by: 'privacy', auditor: 403, ...useOf, body: () => ({}) },
  staff_papers: { caller: 'staff', by: 'privacy', readers: ['auditor'], self: true },
  staff_paper_enter: { caller: 'staff', by: 'privacy', auditor: 403, self: true, body: () => ({ recipient: 'population', kind: 'agreement', document: '协议', document_hash: '0'.repeat(64), from: '2026-01-05', until: '2099-01-05' }) },
  staff_paper_approve: { caller: 'staff', by: 'privacy', auditor: 403, found: [404], public: () => ({ id: nowhere }), body: () => ({}) },
  staff_paper_reject: { caller: 'staff', by: 'privacy', auditor: 403, found: [404], public: () => ({ id: nowhere }), body: () => ({}) },
  staff_paper_end: { caller: 'staff', by: 'privacy', auditor: 403, found: [404], public: () => ({ id: nowhere }), body: () => ({ reason: '协议双方终止合作' }) },
  publication_take_off: { caller: 'staff', by: 'privacy', auditor: 403, ...useOf, body: () => ({}) },
  publication_list: { caller: 'guest' },
  publication_own_list: { caller: 'session', self: true },
  publication_own_get: { caller: 'session', mine: w => ({ id: w.publication }), missing: () => ({ id: nowhere }) },
  publication_agree: { caller: 'session', mine: w => ({ id: w.publication, body: { text_hash: w.publicationText } }), missing: () => ({ id: nowhere, body: { text_hash: '0'.repeat(64) } }) },
  publication_withdraw: { caller: 'session', mine: w => ({ id: w.publication, body: {} }), missing: () => ({ id: nowhere, body: {} }) },
  ledger_deferred: { caller: 'anyone' },
  notice_get: { caller: 'installation', agreed: false, self: true },
  notice_shown: { caller: 'session', self: true, body: () => ({ version: '1999.1' }) },
  message_list: { caller: 'session', self: true },
  message_get: { caller: 'session', mine: w => ({ id: w.message }), missing: () => ({ id: nowhere }) },
  message_read: { caller: 'session', mine: w => ({ id: w.message, body: { read: true } }), missing: () => ({ id: nowhere, body: { read: true } }) },
  message_unread: { caller: 'session', self: true },
  subscription_list: { caller: 'session', self: true },
  subscription_put: { caller: 'session', public: () => ({ topic: 'case' }), body: () => ({ subscribed: true }) },
  push_register: { caller: 'session', self: true, body: () => ({ token: 'device-token' }) },
  push_forget: { caller: 'session', self: true },
  announcement_create: { caller: 'staff', by: 'policy', auditor: 403, self: true, body: () => ({ title: '公告', text: '公告。', promotional: false, mandatory: false }) },
  announcement_list: { caller: 'staff', by: 'policy', auditor: 403, self: true },
  bulletin_list: { caller: 'guest' },
  staff_incidents: { caller: 'staff', by: 'privacy', readers: ['auditor'], public: () => ({}) },
  staff_incident_open: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({}),
    body: () => ({ kind: 'other', found_on: '2026-01-05', facts: '演练', owner: '钱某' }) },
  staff_incident: { caller: 'staff', by: 'privacy', readers: ['auditor'], public: () => ({ id: nowhere }), missing: () => ({ id: nowhere }), found: [404] },
  staff_incident_step: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({ id: nowhere, step: 'record' }), missing: () => ({ id: nowhere, step: 'record' }),
    body: () => ({ note: '已记录' }) },
  staff_incident_notice: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({ id: nowhere }), missing: () => ({ id: nowhere }), body: () => ({ facts: '演练' }) },
  staff_incident_close: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({ id: nowhere }), missing: () => ({ id: nowhere }) },
  staff_ends: { caller: 'staff', by: 'privacy', readers: ['auditor'], public: () => ({}) },
  staff_end_announce: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({}), body: () => ({ ends_on: '2026-01-05', reason: '演练' }) },
  staff_end_agree: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({ id: nowhere }), missing: () => ({ id: nowhere }) },
  staff_end_withdraw: { caller: 'staff', by: 'privacy', auditor: 403, public: () => ({ id: nowhere }), missing: () => ({ id: nowhere }) },
  ledger_checkpoint: { caller: 'anyone' },
  ledger_tile: { caller: 'anyone', public: () => ({ path: '0/000' }), found: [200, 404] },
  openapi_get: { caller: 'anyone' },
}

const upload = (c, service) => insist(c, 'POST', `/attachments?service=${service}&source=album`, jpeg, { raw: true, headers: { 'content-type': 'image/jpeg' } })

// Where the city takes cases: one of A, assigned to a department, with a picture, and a picture that waits.
async function makeCase(city, w) {
  const cases = (await w.a.all('/services')).filter(s => s.shape === 'case')
  Object.assign(w, { caseService: cases[0]?.key ?? w.service, case: w.query, attachment: w.query, waiting: w.query, appeal: caseOf(cases[0]?.key, w.a.person) })
  if (!cases.length) return
  const file = body => insist(w.a, 'POST', `/services/${w.caseService}/cases`, body)
  await insist(w.a, 'POST', `/services/${w.caseService}/cases`, { fields: w.appeal })
  w.attachment = (await upload(w.a, w.caseService)).id
  w.waiting = (await upload(w.a, w.caseService)).id
  w.case = (await file({ fields: w.appeal, attachments: [w.attachment] })).id
  const filed = await until(async () => {
    await city.settle()
    const k = (await w.a.ok('GET', `/cases/${w.case}`)).body
    return k.department ? k : null
  }, 'the choice of a department')
  w.department = filed.department.key
  // B may file as well: what B lacks is A's picture alone
  await insist(w.b, 'POST', `/services/${w.caseService}/cases`, { fields: caseOf(w.caseService, w.b.person) })
}

async function staffClient(city, api, login, ...more) {
  const made = JSON.parse(city.cli('staff', 'add', '--data', city.data, '--cities', join(root, 'cities'), '--login', login, '--name', '承办员 李某', ...dutiesDone, ...more, '--json'))
  const s = new Careful(city, api)
  const { now_ms } = await city.control('GET', 'clock?server=test-reader')
  const session = { login, password: made.password, totp: totp(made.totp_secret, now_ms) }
  s.token = (await s.ok('POST', '/staff/sessions', session)).body.token
  return s
}

async function makeStaff(city, api, w) {
  const recipients = (await w.a.ok('GET', `/services/${w.caseService}`)).body.recipients.map(r => r.key)
  w.department ??= recipients[0]
  const elsewhere = recipients.find(k => k !== w.department && k !== 'hotline_center') ?? w.anotherRecipient
  w.own = await staffClient(city, api, 'own', '--role', 'hotline_agent', '--department', w.department)
  w.other = await staffClient(city, api, 'other', '--role', 'hotline_agent', '--department', elsewhere)
  w.auditor = await staffClient(city, api, 'auditor', '--role', 'auditor')
  w.privacy = await staffClient(city, api, 'privacy', '--role', 'privacy_officer')
  w.policy = await staffClient(city, api, 'policy', '--role', 'policy_officer')
  w.complaints = await staffClient(city, api, 'complaints', '--role', 'complaint_handler')
  w.exception = { ground: 'provide_criminal_justice', context: 'share', recipient: 'population', items: ['real_name'],
    person: { real_name: w.a.person.real_name, mobile_phone: w.a.person.mobile_phone }, evidence: { document: '调证字〔2026〕1号' },
    scope: '一起案件的核对', scope_until: new Date((await city.control('GET', 'clock?server=test-reader')).now_ms + 30 * 86400000).toISOString().slice(0, 10) }
  w.request = (await w.a.ok('POST', '/me/requests', { kind: 'explain', text: '请解释处理的规则' })).body.id
  w.use = (await w.privacy.ok('POST', '/staff/exceptions', w.exception)).body.id
  const { recipient, ...published } = { ...w.exception, ground: 'publish_consent', context: 'publish', purpose: '一次表彰的公示', evidence: {} }
  w.publication = (await w.privacy.ok('POST', '/staff/exceptions', published)).body.id
  const second = await staffClient(city, api, 'privacy2', '--role', 'privacy_officer')
  await second.ok('POST', `/staff/exceptions/${w.publication}/approval`)
  w.publicationText = (await w.a.ok('GET', `/me/publications/${w.publication}`)).body.text_hash
  w.analysis = (await w.privacy.ok('POST', '/staff/analysis', { fields: ['realname'], purpose: '统计实名的情况', ...(city.city === 'nantong' ? { part: 'improve', product: 'app' } : {}) })).body.id
  await city.settle()
  w.transfer = (await w.privacy.ok('POST', '/staff/transfers', { ground: city.city === 'tianjin' ? 'transfer_reorganisation' : 'transfer_merger',
    receiver: '承接数据中心', contact: '022-00000000', document: '〔2026〕31号机构调整方案', certificate: certificate(city.dir, 'successor').certificate })).body.transfer.id
  w.duty = (await w.privacy.ok('GET', '/staff/duties')).body.items.find(d => !d.each_staff).key
}

// A child of A, as far as the code was entered: the register knows no relation.
async function makeWard(city, api, w) {
  const [child] = await city.people({ age_lt: 17, limit: 1 })
  const { code } = await insist(await careful(city, api), 'POST', '/guardianship/codes')
  w.ward = (await insist(w.a, 'POST', '/wards', { code, ward_name: child.real_name, ward_id_number: child.resident_id_number })).id
}

// A message that A alone has: a promotion that A alone asked for.
async function makeMessage(city, api, w) {
  await w.a.ok('PUT', '/me/subscriptions/promotion', { subscribed: true })
  await w.policy.ok('POST', '/staff/announcements', { title: '办事有礼', text: '办事有礼。', promotional: true, mandatory: false })
  await city.settle()
  const stranger = await elsewhere(city)
  await stranger.refused('POST', '/sessions', { method: 'password', login: w.a.username, password })
  w.loginAlert = (await w.a.ok('GET', '/me/login-alerts')).body.items[0].id
  w.message = (await w.a.all('/me/messages')).find(m => m.promotional).id
}

async function makeWorld(city, api) {
  const w = { city, api }
  w.a = await carefulCitizen(city, api)
  w.b = await carefulCitizen(city, api)
  const { features } = (await w.a.ok('GET', '/city')).body
  const services = await w.a.all('/services')
  const queries = services.filter(s => s.shape === 'query' && s.level === 'realname')
  w.service = query[city.city]
  const details = await Promise.all(queries.slice(0, 8).map(async s => (await w.a.ok('GET', `/services/${s.key}`)).body))
  w.anotherRecipient = details.flatMap(d => d.recipients).map(r => r.key).at(-1)
  w.query = (await insist(w.a, 'POST', `/services/${w.service}/queries`, { fields: {} })).query_id
  w.version = (await w.a.ok('GET', '/policy/current')).body.version
  w.realname = features.realname_methods[0]
  w.scope = features.cancel_scopes[0].key
  const device = await careful(city, api)
  await login(device, w.a.username)
  const phone = new Careful(city, api)
  phone.token = (await phone.ok('POST', '/installations', { platform: 'android' })).body.token
  await agree(phone)
  await login(phone, w.a.username)
  w.device = (await insist(phone, 'POST', '/installations/current/device', { fields: { imei: '129900000000001' } })).id
  w.ended = new Careful(city, api)
  w.ended.token = (await login(await careful(city, api), w.a.username)).token
  await w.ended.ok('DELETE', '/sessions/current')
  w.session = (await device.ok('GET', '/sessions')).body.items.find(s => s.current).id
  const consent = (await w.a.ok('GET', '/consents')).body.items.find(k => !k.withdrawn_at)
  w.consent = consent.id
  w.consentBody = { scope: consent.scope, items: consent.items.map(i => i.key), recipient: consent.recipient, text_hash: consent.text_hash }
  const refusal = await w.a.call('POST', '/me/use-log/checks')
  if (refusal.status === 403) await giveConsents(w.a, refusal.body.next)
  w.visit = (await insist(w.a, 'POST', '/me/use-log', { service: w.service })).id
  await makeCase(city, w)
  await makeWard(city, api, w)
  await makeStaff(city, api, w)
  await makeMessage(city, api, w)
  const held = (await w.a.ok('GET', '/me/items')).body.items
  const recorded = held.find(i => i.record_id !== '0') // record 0 is everybody's profile
  Object.assign(w, { heldItem: recorded?.key ?? 'real_name', record: recorded?.record_id ?? w.query })
  w.preview = (await w.a.ok('GET', `/me/cancellation?scope=${w.scope}`)).body.preview_token
  w.usageN = (await w.a.all('/me/usage'))[0].n
  w.registration = Object.fromEntries(features.register_fields.map(f => [f.item, {
    username: username(), password, mobile_phone: w.a.person.mobile_phone, real_name: w.a.person.real_name,
    id_type: 'resident_card', id_number: w.a.person.resident_id_number, id_expiry: w.a.person.id_expiry, sms_code: '000000' }[f.item]]))
  return w
}

// One call of a route by a token (or cookie), with the parameters of an object.
async function knock(w, route, rule, params, who) {
  const { body: inner, preview_token, ...path } = params
  const at = Object.entries(path).reduce((p, [k, v]) => p.replace(`{${k}}`, v), route.path)
  const query = (rule.query?.(w) ?? '') + (preview_token ?? '')
  const c = new Careful(w.city, w.api)
  c.token = who.token ?? null
  const raw = rule.raw?.(w)
  const body = raw ?? inner ?? rule.body?.(w)
  return c.call(route.method, at + query, body, {
    raw: !!raw, headers: { ...(raw ? { 'content-type': 'image/jpeg' } : {}), ...(who.cookie ? { cookie: who.cookie, origin: w.city.base } : {}) } })
}

const outcome = r => ({ status: r.status, body: r.body, headers: [...r.headers.keys()].filter(h => h !== 'content-length').sort() })

// The parameter sets of a rule: of A's object and of none, or the public ones.
const objects = (w, rule) => rule.mine ? [rule.mine(w), rule.missing(w)] : [rule.public?.(w) ?? {}]

// Both must be refused alike.
async function refusedAlike(w, route, rule, who, status, what) {
  const answers = []
  for (const params of objects(w, rule)) answers.push(outcome(await knock(w, route, rule, params, who)))
  for (const a of answers) {
    assert.ok([status].flat().includes(a.status), `${what} on ${route.method} ${route.path}: ${a.status} ${JSON.stringify(a.body)}`)
    assert.deepEqual(a, answers[0], `${what} on ${route.method} ${route.path} sees whether the object exists`)
  }
}

async function welcome(w, route, rule, who, what) {
  const r = await knock(w, route, rule, objects(w, rule).at(-1), who)
  assert.ok(rule.always ? r.status === rule.always : ![401, 403].includes(r.status) && r.status < 500, `${what} on ${route.method} ${route.path}: ${r.status} ${r.bytes}`)
  if (route.method === 'GET' && !rule.mine) assert.ok((rule.found ?? [200]).includes(r.status), `${what} on ${route.path}: ${r.status} ${r.bytes}`)
}

// Callers that no route but the open ones may know.
const strangers = w => ({
  'no token': {},
  'a garbage session token': { token: 's' + randomUUID() },
  'a garbage installation token': { token: 'i' + randomUUID() },
  'an empty token': { token: ' ' },
  'an ended session': { token: w.ended.token },
  'an ended session in a cookie': { cookie: `tb_session=${w.ended.token}` },
})
const staffers = w => ({
  'staff of another department': { token: w.other.token },
  'an auditor': { token: w.auditor.token },
  'staff in a person\'s cookie': { cookie: `tb_session=${w.own.token}` },
  'staff in an installation\'s cookie': { cookie: `tb_installation=${w.own.token}` },
})
const persons = w => ({
  'person A': { token: w.a.token },
  'person B': { token: w.b.token },
  'a person in a staff cookie': { cookie: `tb_staff=${w.b.token}` },
  'an installation in a staff cookie': { cookie: `tb_staff=${w.b.installation}` },
})
const unagreed = async w => ({ token: (await careful(w.city, w.api, { agreed: false })).token })

for (const name of cities) describe(name, { concurrency: false }, () => {
  let city, api, w
  const of = caller => api.routes.filter(r => r.caller === caller).map(route => [route, rules[route.operation]])
  before(async () => {
    city = await startCity({ city: name })
    api = await describeApi(city)
    w = await makeWorld(city, api)
  })
  after(() => stop(city))

  test('each route of the document has a rule, and says who may call it', () => {
    assert.ok(api.routes.length > 45)
    for (const route of api.routes) {
      const rule = rules[route.operation]
      assert.ok(rule, `${route.operation} (${route.method} ${route.path}) has no rule`)
      assert.equal(route.caller, rule.caller, route.operation)
      const scheme = { installation: 'installation', session: 'session', staff: 'staff' }[route.caller]
      assert.deepEqual(route.security, scheme ? [{ [scheme]: [] }] : undefined, route.operation)
      assert.equal(!!(rule.body || rule.mine?.(w).body), !!route.body, `${route.operation}: the rule's body`)
      if (scheme) assert.ok(rule.self || rule.public || rule.mine, `${route.operation}: whose object is it?`)
      if (route.params.length) assert.ok(rule.public || rule.mine, `${route.operation}: what its parameters name`)
      if (scheme === 'installation') assert.equal(typeof rule.agreed, 'boolean', `${route.operation}: without agreement?`)
    }
    for (const operation of Object.keys(rules))
      assert.ok(api.routes.some(r => r.operation === operation), `${operation} is a rule for no route`)
  })

  test('A and the own department do reach the objects that others are refused', async () => {
    const second = await secondCheck(w.a)
    assert.ok(second.body.valid_until)
    for (const operation of ['usage_receipt', ...(name === 'nantong' ? ['me_reveal', 'case_get', 'attachment_get'] : [])]) {
      const route = api.routes.find(r => r.operation === operation)
      const r = await knock(w, route, rules[operation], rules[operation].mine(w), { token: w.a.token })
      assert.equal(r.status, 200, `${operation}: ${r.bytes}`)
    }
    assert.ok((await w.a.ok('GET', '/sessions')).body.items.some(s => s.id === w.session))
    if (name !== 'nantong') return
    await w.own.ok('GET', `/staff/cases/${w.case}`)
    assert.ok((await w.own.all('/staff/cases')).some(k => k.id === w.case))
    assert.ok(!(await w.other.all('/staff/cases')).some(k => k.id === w.case))
  })

  test('open routes answer anybody, whatever token comes along', async () => {
    for (const [route, rule] of [...of('anyone'), ...of('guest')])
      for (const [what, who] of Object.entries({ ...strangers(w), ...staffers(w), ...persons(w), 'an installation without agreement': await unagreed(w) }))
        await welcome(w, route, rule, who, what)
  })

  test('routes of an installation refuse whoever holds no token of one [TJ-0.2.b] [NT-0.4.c]', async () => {
    for (const [route, rule] of of('installation'))
      for (const [what, who] of Object.entries({ ...strangers(w), ...staffers(w) }))
        await refusedAlike(w, route, rule, who, 401, what)
  })

  test('an installation that has not agreed gets no further than reading and agreeing [TJ-0.2.b] [NT-0.4.a] [NT-0.4.c]', async () => {
    for (const [route, rule] of of('installation')) {
      if (!rule.agreed) {
        await welcome(w, route, rule, await unagreed(w), 'an installation without agreement')
        continue
      }
      const r = await knock(w, route, rule, objects(w, rule)[0], await unagreed(w))
      assert.equal(r.status, 403, `${route.operation}: ${r.bytes}`)
      assert.equal(r.body.reason, 'consent_required', route.operation)
      assert.ok(r.body.clause, `${route.operation} names its clause`)
      assert.ok(r.body.next.some(n => n.action === 'accept_policy'), route.operation)
    }
  })

  test('routes of a person refuse whoever is nobody, an installation alone, and staff', async () => {
    const callers = { ...strangers(w), ...staffers(w), 'an installation': { token: w.b.installation }, 'an installation without agreement': await unagreed(w) }
    for (const [route, rule] of of('session'))
      for (const [what, who] of Object.entries(callers))
        await refusedAlike(w, route, rule, who, 401, what)
  })

  test('routes of staff refuse whoever is nobody, an installation, and persons [NT-3.3.2.d]', async () => {
    const callers = { ...strangers(w), ...persons(w), 'an installation': { token: w.b.installation } }
    for (const [route, rule] of of('staff'))
      for (const [what, who] of Object.entries(callers))
        await refusedAlike(w, route, rule, who, 401, what)
  })

  test('another person cannot tell an object of A from none [NT-3.3.2.d]', async () => {
    await secondCheck(w.b)
    for (const [route, rule] of [...of('session'), ...of('installation')].filter(([, rule]) => rule.mine))
      await refusedAlike(w, route, rule, { token: w.b.token }, rule.status ?? 404, 'person B')
    // and nothing of it happened
    assert.ok((await w.a.ok('GET', '/sessions')).body.items.some(s => s.id === w.session))
    assert.ok(!(await w.a.ok('GET', '/consents')).body.items.find(k => k.id === w.consent).withdrawn_at)
  })

  test('staff of another department, and auditors, cannot tell a case from none [NT-3.3.2.h]', async () => {
    for (const [route, rule] of of('staff').filter(([, rule]) => rule.auditor))
      await refusedAlike(w, route, rule, { token: w.auditor.token }, rule.auditor, 'an auditor')
    for (const [route, rule] of of('staff').filter(([, rule]) => rule.mine))
      await refusedAlike(w, route, rule, { token: w.other.token }, 404, 'staff of another department')
  })

  test('an office\'s routes are for its officers, and for who may read them [NT-3.3.2.h]', async () => {
    for (const [route, rule] of of('staff').filter(([, rule]) => rule.by)) {
      await refusedAlike(w, route, rule, { token: w.own.token }, 403, 'a hotline agent')
      for (const who of [rule.by, ...(rule.readers ?? [])])
        await welcome(w, route, rule, { token: w[who].token }, who)
    }
  })

  test('what is no id is not found, and never an error of ours', async () => {
    for (const id of ['0', '-1', '1e3', '9223372036854775808', 'abc', '%00', '..%2f..%2fetc', '"', "1'%20or%201=1", '张三'])
      for (const route of api.routes.filter(r => r.params.includes('id'))) {
        const rule = rules[route.operation], who = route.caller === 'staff' ? w[rule.by ?? 'own'] : w.a
        const params = { ...(rule.missing ?? rule.public)(w), id: encodeURI(id).replaceAll('%25', '%') }
        const r = await knock(w, route, rule, params, { token: who.token })
        assert.ok([400, 404].includes(r.status), `${route.operation} ${id}: ${r.status} ${r.bytes}`)
      }
  })

  test('a cookie without the page\'s own origin changes nothing', async () => {
    const cookie = await cookies(w)
    for (const route of api.routes.filter(r => r.method !== 'GET' && ['installation', 'session', 'staff'].includes(r.caller))) {
      const rule = rules[route.operation]
      const bodyOf = objects(w, rule)[0]
      for (const origin of [undefined, 'null', 'http://evil.example', city.base + '.evil.example', city.base.replace(/:\d+$/, ''), 'evil' + city.base]) {
        const { body: inner, preview_token, ...path } = bodyOf
        const at = Object.entries(path).reduce((p, [k, v]) => p.replace(`{${k}}`, v), route.path)
        const raw = rule.raw?.(w), body = raw ?? inner ?? rule.body?.(w)
        const c = new Careful(city, api)
        const r = await c.call(route.method, at + (rule.query?.(w) ?? '') + (preview_token ?? ''), body, {
          raw: !!raw, headers: { cookie: cookie[route.caller], ...(origin === undefined ? {} : { origin }) } })
        assert.equal(r.status, 403, `${route.operation} from ${origin}: ${r.status} ${r.bytes}`)
        assert.equal(r.body.reason, 'not_yours', `${route.operation} from ${origin}`)
      }
    }
    const own = await fetch(city.base + '/api/v1/me', { headers: { cookie: cookie.session } })
    assert.equal(own.status, 200, 'the cookie itself is good')
    const staff = await fetch(city.base + '/api/v1/staff/sessions/current', { headers: { cookie: cookie.staff } })
    assert.equal(staff.status, 200, 'the staff cookie itself is good')
  })

  test('an answer to a script of another origin carries no leave to read it', async () => {
    const r = await fetch(city.base + '/api/v1/me', { headers: { origin: 'http://evil.example', authorization: `Bearer ${w.a.token}` } })
    assert.equal(r.headers.get('access-control-allow-origin'), null)
    const preflight = await fetch(city.base + '/api/v1/consents', { method: 'OPTIONS',
      headers: { origin: 'http://evil.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } })
    assert.ok(preflight.status >= 400)
    assert.equal(preflight.headers.get('access-control-allow-origin'), null)
  })
})

const cookieOf = r => r.headers.getSetCookie().map(c => c.split(';')[0]).join('; ')

// Cookie sessions of B and of the own department's staff.
async function cookies(w) {
  const post = (path, body, cookie) => fetch(w.city.base + '/api/v1' + path, { method: 'POST', body: JSON.stringify({ ...body, transport: 'cookie' }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${w.b.installation}`, ...(cookie ? { cookie, origin: w.city.base } : {}) } })
  const installed = await post('/installations', { platform: 'web' })
  const session = await post('/sessions', { method: 'password', login: w.b.username, password })
  assert.equal(session.status, 201, await session.clone().text())
  const made = JSON.parse(w.city.cli('staff', 'add', '--data', w.city.data, '--cities', join(root, 'cities'), '--login', 'cookie', '--name', '承办员 王某',
    '--role', 'hotline_agent', '--department', w.department, ...dutiesDone, '--json'))
  const { now_ms } = await w.city.control('GET', 'clock?server=test-reader')
  const staff = await post('/staff/sessions', { login: 'cookie', password: made.password, totp: totp(made.totp_secret, now_ms) })
  for (const r of [installed, session, staff])
    assert.match(r.headers.get('set-cookie'), /HttpOnly; SameSite=Strict/)
  return { installation: cookieOf(installed), session: cookieOf(session), staff: cookieOf(staff) }
}
