import { listPermissions, type Permission } from '@shared/api'
import { askPermission } from './ask'

/** The first of these permissions that this device has. */
export async function findPermission(keys: string[]): Promise<Permission | null> {
	const { items } = await listPermissions()
	for (const key of keys) {
		const found = items.find((item) => item.key === key && item.available)
		if (found) return found
	}
	return null
}

/** Asks at the function that needs it; a permission given earlier is not asked again. */
export async function needPermission(keys: string[], doing: string, fn?: string): Promise<boolean> {
	const permission = await findPermission(keys)
	if (!permission) return true
	if (permission.state === 'granted') return true
	const own = permission.functions.find(({ key }) => key === fn)
	if (own?.state === 'granted') return true
	return askPermission({ key: permission.key, doing, fn: own?.key, fnName: own?.name })
}

/** The browser's own question follows ours. */
export function position(): Promise<string> {
	return new Promise((resolve, reject) => {
		if (!navigator.geolocation) return reject(new Error('position: not supported'))
		navigator.geolocation.getCurrentPosition(
			({ coords }) => resolve(`${coords.latitude.toFixed(6)},${coords.longitude.toFixed(6)}`),
			reject,
			{ timeout: 15_000, maximumAge: 60_000 },
		)
	})
}
