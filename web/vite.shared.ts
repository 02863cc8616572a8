import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

export const root = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export const alias = { '@shared': root('./shared'), '@': root('./citizen/src') }

/** Where the API and the policy pages come from while developing. */
const backend = process.env.TONGBAN_BACKEND ?? 'http://localhost:8080'
export const proxy = Object.fromEntries(
	['/api', '/policy'].map((path) => [path, { target: backend, changeOrigin: false }]),
)

const FONT_SOURCE = /src:url\(data:font\/woff2;charset=utf-8;base64,([^)]+)\)[^}]*?(?=[;}])/

/**
 * Vant carries its icon font inside the style sheet and names a font host on the
 * internet as the fallback. The app talks to its own server only, and the server's
 * content policy allows no data: fonts, so the font becomes a file of the bundle.
 */
export function localIconFont(): Plugin {
	let building = false
	return {
		name: 'tongban-local-icon-font',
		enforce: 'pre',
		configResolved(config) {
			building = config.command === 'build'
		},
		transform(code, id) {
			if (!/vant[\\/]es[\\/]icon[\\/]index\.css/.test(id)) return
			const found = FONT_SOURCE.exec(code)
			if (!found) throw new Error('vant: the icon font is not where it was, see vite.shared.ts')
			if (!building) {
				return code.replace(found[0], `src:url(data:font/woff2;base64,${found[1]}) format("woff2")`)
			}
			const source = Buffer.from(found[1]!, 'base64')
			/* Files below assets/ are cached for ever, so the name follows the content. */
			const hash = createHash('sha256').update(source).digest('hex').slice(0, 8)
			const fileName = `assets/vant-icon-${hash}.woff2`
			this.emitFile({ type: 'asset', fileName, source })
			return code.replace(found[0], `src:url(/${fileName}) format("woff2")`)
		},
	}
}
