import { computed, ref, shallowRef } from 'vue'
import { listMyItems, type MyItem, type Service, type ServiceField } from '@shared/api'
import { check, normal } from '@/app/check'
import { draft } from '@/app/drafts'
import { clearWhileTyping } from '@/app/typing'
import { kindOf } from '@/ui/kinds'

/** Pictures and recordings come as attachments or not at all; no text field takes them. */
const notTyped = ['album_image', 'id_image', 'health_certificate', 'face_image', 'voice_audio']

/** Which other item of the person answers the same question. */
const relations: Record<string, string[]> = {
	id_number: ['resident_id_number'],
	resident_id_number: ['id_number'],
	contact_phone: ['mobile_phone'],
}

/**
 * A service's form, made from its declaration. Items already proven are shown masked and
 * left out of what is sent: the server takes them from where they are sealed.
 */
export function useForm(key: string) {
	const service = shallowRef<Service | null>(null)
	const own = shallowRef<MyItem[]>([])
	const errors = ref<Record<string, string>>({})
	const values = draft(key)
	clearWhileTyping(() => values, errors)

	async function open(whole: Service) {
		const loaded = { ...whole, fields: whole.fields.filter(({ item }) => !notTyped.includes(item)) }
		if (loaded.fields.some((field) => field.prefill)) {
			own.value = (await listMyItems()).items
		}
		service.value = loaded
		for (const field of loaded.fields) values[field.item] ??= ''
	}

	function known(field: ServiceField): MyItem | undefined {
		if (!field.prefill) return undefined
		const wanted = typeof field.prefill === 'string' && field.prefill !== 'true' ? [field.prefill, field.item] : [field.item]
		const keys = [...wanted, ...(relations[field.item] ?? [])]
		return keys.map((wantedKey) => own.value.find((item) => item.key === wantedKey)).find(Boolean)
	}

	const prefilled = computed(() => (service.value?.fields ?? []).filter((field) => known(field)))
	const asked = computed(() => (service.value?.fields ?? []).filter((field) => !known(field)))

	function verify(items?: string[]): boolean {
		const wrong: Record<string, string> = {}
		for (const field of asked.value) {
			if (items && !items.includes(field.item)) continue
			const value = values[field.item]?.trim() ?? ''
			const name = field.label || field.name
			if (!value) {
				if (field.required) wrong[field.item] = `请填写${name}。`
				continue
			}
			const complaint = check(kindOf(field.item, field.input), field.item, value, values)
			if (complaint) wrong[field.item] = complaint
		}
		errors.value = wrong
		return Object.keys(wrong).length === 0
	}

	function toSend(): Record<string, string> {
		const sent: Record<string, string> = {}
		for (const field of asked.value) {
			const value = normal(kindOf(field.item, field.input), values[field.item] ?? '')
			if (value) sent[field.item] = value
		}
		return sent
	}

	return { service, values, errors, prefilled, asked, known, open, verify, toSend }
}
