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
export function position(ways: string[] = []): Promise<string> {
	return new Promise((resolve, reject) => {
		if (!navigator.geolocation) return reject(new Error('position: not supported'))
		navigator.geolocation.getCurrentPosition(
			({ coords }) => {
				const place = `${coords.latitude.toFixed(6)},${coords.longitude.toFixed(6)}`
				if (ways.length === 0) return resolve(place)
				const way = wayOf(coords)
				if (way && ways.includes(way)) resolve(`${place};${way}`)
				else reject(new Error('position: too coarse'))
			},
			reject,
			{ timeout: 15_000, maximumAge: 60_000, enableHighAccuracy: ways.length > 0 },
		)
	})
}

/**
 * A browser does not say how it found the position. Satellites give a few metres and a height; networks nearby some
 * hundred metres; what is coarser comes from an address of the network and counts as neither.
 */
function wayOf({ accuracy, altitude }: GeolocationCoordinates): string | null {
	if (altitude !== null || accuracy <= 20) return 'gps'
	return accuracy <= 500 ? 'wifi' : null
}
