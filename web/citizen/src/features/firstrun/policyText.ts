import { getPolicyHtml } from '@shared/api'

/**
 * The server's policy page, cut to its readable content. It is the operator's own page
 * of the same origin; scripts, styles and forms are dropped all the same.
 */
export async function loadPolicyText(version?: string): Promise<string> {
	const page = new DOMParser().parseFromString(await getPolicyHtml(version), 'text/html')
	const content = page.body
	content.querySelectorAll('script, style, link, meta, form, iframe, object').forEach((node) => node.remove())
	content.querySelectorAll('*').forEach((node) => {
		for (const { name } of Array.from(node.attributes)) {
			if (name.startsWith('on') || name === 'style') node.removeAttribute(name)
		}
	})
	return content.innerHTML
}
