/** The paragraphs of the policy and of the user agreement that a form rests on. */
import { get, query } from '../http'

export interface Place {
	name: string
	url: string
}

export interface Paragraph {
	policy: Place
	agreement: Place
}

/** form: the operation that takes it; service and permission: what the form is about, where it may be about several. */
export interface FormRef {
	form?: string
	service?: string
	permission?: string
}

export const listParagraphs = (of: FormRef) => get<{ items: Paragraph[] }>(`/paragraphs${query({ ...of })}`)
