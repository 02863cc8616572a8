/** What the loader says of a place: what is wrong there, and what to write. */
export interface Complaint {
	place: string
	line: string
	wrong: string
	write: string
}

function told(words: string): Pick<Complaint, 'wrong' | 'write'> {
	const [wrong = '', ...write] = words.split('；')
	return { wrong, write: write.join('；') }
}

/** "policy/2026.2.yaml:14: wrong；write", as the server answers about uploaded files. */
export function ofFile(message: string): Complaint {
	const at = /^([^\s:]+):(\d+): (.*)$/s.exec(message)
	return at ? { place: at[1]!, line: at[2]!, ...told(at[3]!) } : { place: '', line: '', ...told(message) }
}
