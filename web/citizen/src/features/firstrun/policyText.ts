import { getPolicyHtml } from '@shared/api'

/** A wide table moves sideways inside a frame of its own, which the keyboard can reach. */
function wrapTable(table: HTMLTableElement) {
	const frame = table.ownerDocument.createElement('div')
	frame.className = 'table-frame'
	frame.tabIndex = 0
	frame.setAttribute('role', 'region')
	frame.setAttribute('aria-label', table.caption?.textContent || '表格')
	table.replaceWith(frame)
	frame.append(table)
}

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
	content.querySelectorAll('table').forEach(wrapTable)
	content.querySelectorAll('a[href^="/"]').forEach((link) => link.setAttribute('target', '_blank'))
	return content.innerHTML
}
