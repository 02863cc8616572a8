// Writes TESTIDS.md: every data-testid of the screens, by file. `node dev/testids.mjs --check` fails when it is out of date.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const web = join(dirname(fileURLToPath(import.meta.url)), '..')
const target = join(web, 'TESTIDS.md')

const files = ['citizen/src', 'console/src'].flatMap((folder) =>
	readdirSync(join(web, folder), { recursive: true })
		.filter((name) => name.endsWith('.vue'))
		.map((name) => join(folder, name)),
)

/** `item-${key}` stays readable as item-{key}; an expression with two outcomes gives both. */
function names(source) {
	const found = new Set()
	for (const [, bound, value] of source.matchAll(/(:?)(?:data-)?testid="([^"]+)"/g)) {
		if (!bound) found.add(value)
		else for (const [, text] of value.matchAll(/[`']([a-z][^`']*)[`']/g)) found.add(text.replace(/\$\{([^}]+)\}/g, (_, e) => `{${e.split(/[.(\s]/).filter(Boolean).at(-1)?.replace(/\W/g, '') || 'key'}}`))
	}
	return [...found].sort()
}

const parts = files.sort().map((file) => [file, names(readFileSync(join(web, file), 'utf8'))]).filter(([, list]) => list.length > 0)
const text = [
	'# Test ids',
	'',
	'Every interactive element and every value that tests read has a `data-testid`. Written by `node dev/testids.mjs`.',
	'Braces stand for a key: `service-{key}` is `service-hotline_12345` on the page. Inputs are `input-{item}`, their',
	'complaints `error-f-{item}`; a choice is `input-{item}-{value}`.',
	'',
	...parts.flatMap(([file, list]) => [`## ${relative(web, join(web, file))}`, '', ...list.map((name) => `- \`${name}\``), '']),
].join('\n')

if (process.argv.includes('--check')) {
	if (readFileSync(target, 'utf8') !== text) {
		console.error('TESTIDS.md is out of date: run node dev/testids.mjs')
		process.exit(1)
	}
} else writeFileSync(target, text)
