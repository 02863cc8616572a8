import { ref } from 'vue'
import { uploadAttachment } from '@shared/api'
import { needPermission } from '@/app/permission'

export interface Photo {
	id: string
	/** A picture in this page's memory, for the preview only. */
	preview: string
	/** What became of the place that the photo carried. */
	place: 'none' | 'kept' | 'dropped'
}

const LIMIT_BYTES = 8 * 1024 * 1024
const kinds = ['image/jpeg', 'image/png']

const permissions = {
	camera: ['perm_camera'],
	album: ['perm_album', 'perm_storage', 'perm_media'],
} as const

export type Source = keyof typeof permissions

/** The photos of one appeal. The permission is asked at the moment a photo is wanted. */
export function usePhotos(service: string, max: number) {
	const photos = ref<Photo[]>([])
	const busy = ref(false)

	async function allowed(source: Source): Promise<boolean> {
		return needPermission([...permissions[source]], source === 'camera' ? '拍摄现场照片' : '选取现场照片', service)
	}

	async function add(source: Source, file: File) {
		if (photos.value.length >= max) throw new Error(`最多可添加 ${max} 张照片。`)
		if (!kinds.includes(file.type)) throw new Error('请选择 JPG 或 PNG 格式的图片。')
		if (file.size > LIMIT_BYTES) throw new Error('请选择不超过 8 MB 的图片。')
		busy.value = true
		try {
			const { id, place } = await uploadAttachment(service, source, file)
			photos.value = [...photos.value, { id, place, preview: URL.createObjectURL(file) }]
		} finally {
			busy.value = false
		}
	}

	function remove(id: string) {
		const gone = photos.value.find((photo) => photo.id === id)
		if (gone) URL.revokeObjectURL(gone.preview)
		photos.value = photos.value.filter((photo) => photo.id !== id)
	}

	function clear() {
		for (const { preview } of photos.value) URL.revokeObjectURL(preview)
		photos.value = []
	}

	return { photos, busy, allowed, add, remove, clear }
}
